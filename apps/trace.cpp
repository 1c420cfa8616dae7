// `mog trace`: every layer's codes and sums for one picture, as .npy files.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/network_file.hpp"
#include "core/npy.hpp"
#include "core/printable.hpp"
#include "data/image.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

struct Words {
  fs::path file, picture, out;
};

/// Writes OUT/layer.npy: codes as bytes, sums as 32-bit integers, [height, width, channels]. The same names and types
/// from either network.
class Writer {
 public:
  explicit Writer(fs::path out) : out_(std::move(out)) {
    std::error_code error;
    fs::create_directories(out_, error);
    if (error) throw IoError(concat(out_.string(), ": cannot make this folder: ", error.message()));
  }

  template <class Number>
  void map(const std::string& layer, const Shape& shape, const Number* values, bool codes, double unit = 1) {
    if (codes) return write(layer, shape, values, unit, Tensor<std::uint8_t>(shape));
    write(layer, shape, values, unit, Tensor<std::int32_t>(shape));
  }
  template <class T>
  void tensor(const std::string& name, const Tensor<T>& tensor) {
    write_npy(out_ / (name + ".npy"), tensor);
    ++written_;
  }
  [[nodiscard]] int written() const { return written_; }

 private:
  template <class Number, class T>
  void write(const std::string& layer, const Shape& shape, const Number* values, double unit, const Tensor<T>& to) {
    for (Index i = 0; i < shape.elements(); ++i) to[i] = static_cast<T>(static_cast<double>(values[i]) * unit);
    tensor(layer, to);
  }

  fs::path out_;
  int written_ = 0;
};

void trace_integer(const IntegerNetwork& network, const std::vector<std::uint8_t>& pixels, Writer& writer) {
  const Tensor<std::int64_t> sums({network.head.classes});
  run_reference(network, pixels, sums.values(), [&](const IntegerMap& map) {
    writer.map(std::string(map.name), {map.height, map.width, map.channels}, map.values.data(), map.codes());
  });
  const Tensor<double> logits(sums.shape());
  for (Index c = 0; c < sums.elements(); ++c) {
    logits[c] = std::ldexp(static_cast<double>(sums[c]), -network.head.fraction_bits);
  }
  writer.tensor("class_sums", sums);
  writer.tensor("logits", logits);
}

void trace_trained(TrainedModel& trained, const std::vector<std::uint8_t>& pixels, Writer& writer) {
  Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = trained.stage, .training = false};
  const std::string& first = trained.network.nodes().front().name;  // of pixels
  pass.observer = [&](const LayerReport& layer, const Variable<float>& output) {
    if (layer.holds == Holds::numbers) return;
    const Shape& shape = output.shape();
    writer.map(layer.name, {shape[1], shape[2], shape[3]}, output.numbers().data(), layer.holds == Holds::codes,
               layer.name == first ? 1 / kPixelUnit : 1);
  };
  const Tensor<float> image({1, trained.size.height, trained.size.width, 3});
  for (Index i = 0; i < image.elements(); ++i) {
    image[i] = (static_cast<float>(pixels[static_cast<std::size_t>(i)]) - 128) / 128;
  }
  const Tensor<float> logits = trained.network(pass, {image}).value;
  writer.tensor("logits", logits.reshaped({logits.elements()}));
}

void run(const Words& words) {
  Writer writer(words.out);
  if (require_network(words.file) == NetworkKind::packed) {
    const IntegerNetwork network = read_model(words.file);
    const PictureSize size{.height = network.height, .width = network.width};
    trace_integer(network, load_image(words.picture, size).pixels, writer);
  } else {
    const auto trained = load_quantized(words.file);
    trace_trained(*trained, load_image(words.picture, trained->size).pixels, writer);
  }
  std::printf("%s: %d files\n", printable(words.out).c_str(), writer.written());
}

}  // namespace

void add_trace(CLI::App& app) {
  CLI::App* command = app.add_subcommand("trace", "Write every layer's codes and sums for a picture");
  auto words = std::make_shared<Words>();
  command->add_option("FILE", words->file, "Checkpoint of the third run, or packed file")->required();
  command
      ->add_option("IMAGE", words->picture,
                   "PNG, JPEG or BMP; the centred part of the network's proportions is scaled to its size")
      ->required();
  command->add_option("--out", words->out, "Folder for the .npy files")->required();
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
