// The options --to-onnx and --to-qonnx, and what is said of their files.
#include "apps/onnx_words.hpp"

#include <cstdio>

#include "core/error.hpp"
#include "core/printable.hpp"
#include "deploy/onnx/float_graph.hpp"

namespace mog::apps {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

void print(const std::filesystem::path& path, const OnnxReport& report) {
  std::printf("%s: %lld bytes, %lld nodes\n", printable(path).c_str(), static_cast<long long>(report.bytes),
              static_cast<long long>(report.nodes));
  if (!report.split.empty()) {
    std::printf("two convolutions each, so that float32 holds every sum of every picture: %s\n",
                printable(joined(report.split)).c_str());
  }
  if (!report.not_proved.empty()) {
    std::printf("not proved that float32 holds every sum of every picture, mog verify measures it: %s\n",
                printable(joined(report.not_proved)).c_str());
  }
}

}  // namespace

void OnnxWords::add_options(CLI::App& command) {
  const auto one_of = [&command](const char* name, std::string& word, const char* about,
                                 std::vector<std::string> words) {
    return command.add_option(name, word, about)->capture_default_str()->check(CLI::IsMember(std::move(words)));
  };
  CLI::Option* onnx = command.add_option("--to-onnx", onnx_, "ONNX file of standard operators (opset 11), exact");
  one_of("--graph", graph_, "Of --to-onnx: floats, as the evaluation computes them, of any checkpoint",
         {"integers", "floats"})
      ->needs(onnx);
  command.add_flag("--fold", fold_, "Of --graph floats: normalisation into the weights")->needs(onnx);
  one_of("--weights", weights_, "Of --to-onnx: float reads everywhere, int8 takes a quarter, bits a sixteenth",
         {"float", "int8", "bits"})
      ->needs(onnx);
  one_of("--input", input_, "Of --to-onnx: type of the pixels, 0 to 255", {"uint8", "float"})->needs(onnx);
  one_of("--head", head_, "Of --to-onnx: exact class sums in int64, or float logits alone", {"exact", "float"})
      ->needs(onnx);
  command.add_flag("--layers", layers_, "Of --to-onnx: every layer's codes are outputs, too")->needs(onnx);
  CLI::Option* qonnx = command.add_option("--to-qonnx", qonnx_, "QONNX file, for FINN and hls4ml");
  one_of("--dialect", dialect_, "Of --to-qonnx: quant, Quant and BipolarQuant nodes; finn, MultiThreshold nodes",
         {"quant", "finn"})
      ->needs(qonnx);
}

OnnxOptions OnnxWords::options() const {
  using Weights = OnnxOptions::Weights;
  return {.weights = weights_ == "int8"   ? Weights::int8
                     : weights_ == "bits" ? Weights::bits
                                          : Weights::float32,
          .input = input_ == "float" ? OnnxOptions::Input::real : OnnxOptions::Input::uint8,
          .head = head_ == "float" ? OnnxOptions::Head::real : OnnxOptions::Head::exact,
          .layers = layers_};
}

void OnnxWords::write(const ProvenNetwork& network, const std::map<std::string, std::string>& metadata) const {
  require(!fold_, "export: --fold is of --graph floats: integers have no normalisation left");
  OnnxOptions options = this->options();
  options.metadata = metadata;
  if (!onnx_.empty()) print(onnx_, export_onnx(network, onnx_, options));
  if (qonnx_.empty()) return;
  const QonnxDialect dialect = dialect_ == "finn" ? QonnxDialect::finn : QonnxDialect::quant;
  print(qonnx_, export_qonnx(network, qonnx_, dialect, options));
}

void OnnxWords::write_floats(const TrainedModel& trained, const std::string& checksum, PictureSize size) const {
  require(!onnx_.empty() && qonnx_.empty(), "export: --graph floats is of --to-onnx alone");
  require(weights_ == "float" && head_ == "exact" && !layers_,
          "export: --graph floats has float weights and logits, and shows no layers");
  FloatOnnxOptions options{
      .stage = trained.stage, .height = size.height, .width = size.width, .fold = fold_, .onnx = this->options()};
  options.onnx.metadata = trained.description.words;
  if (checksum != "none") options.onnx.metadata.emplace(kCheckpointChecksum, checksum);
  std::string classes;
  for (const std::string& name : trained.description.class_names) classes += (classes.empty() ? "" : "\n") + name;
  if (!classes.empty()) options.onnx.metadata.emplace("class_names", classes);
  print(onnx_, export_float_onnx(trained.network, onnx_, options));
}

}  // namespace mog::apps
