// Pictures into a file, a child process, answers out of files.
#include "apps/onnx_engine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "apps/onnx_scripts.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/md5.hpp"
#include "core/printable.hpp"
#include "core/process.hpp"
#include "core/scratch_folder.hpp"
#include "core/text.hpp"
#include "deploy/onnx/graph.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

constexpr Index kWithLayers = 50;               // pictures at a time where all their codes are written
constexpr Index kMostAnswers = Index{1} << 30;  // bytes of a file that a child writes
constexpr int kNoPackage = 3;

/// A way to run the file: a program and its script.
struct Child {
  const char *program, *package, *script;
};

std::vector<Child> children(const std::string& engine) {
  if (engine == "opencv") return {{"python3", "python3-opencv", kPythonOpenCv}};
  return {{"python3", "python3", kPythonOnnxRuntime}, {"node", "nodejs", kNodeOnnxRuntime}};
}

/// What a child has written: `count` numbers.
template <class Number>
std::vector<Number> numbers(const fs::path& file, Index count) {
  const std::vector<std::byte> bytes = read_bytes(file, kMostAnswers);
  std::vector<Number> all(to_size(count));
  if (bytes.size() != all.size() * sizeof(Number)) {
    throw DataError(concat("onnx: output ", file.filename().string(), " has ", bytes.size(), " bytes, expected ",
                           all.size() * sizeof(Number)));
  }
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

}  // namespace

OnnxEngine::OnnxEngine(fs::path file, const ProvenNetwork& network, const Dataset& images, OnnxEngineOptions options)
    : file_(std::move(file)), network_(network), images_(images), options_(std::move(options)) {
  const std::vector<std::byte> packed = model_bytes(network), own = read_bytes(file_, kMostAnswers);
  const std::string digest = md5_of({reinterpret_cast<const char*>(packed.data()), packed.size()});
  const std::string_view text(reinterpret_cast<const char*>(own.data()), own.size());
  require(text.find(digest) != std::string_view::npos, "verify: ", file_.string(),
          " was not exported from this network: its packed file's digest ", digest, " does not stand in it");
  if (!options_.layers) return;
  std::vector<std::int64_t> class_sums(to_size(network->head.classes));
  const std::vector<std::uint8_t> pixels(to_size(network->height * network->width * 3));
  run_reference(network, pixels, class_sums, [this](const IntegerMap& map) {
    if (map.codes()) layers_.push_back({std::string(map.name), map.height, map.width, map.channels});
  });
}

void OnnxEngine::run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                     const MapObserver& observer) {
  const std::lock_guard lock(mutex_);
  const Index picture = (pixels.data() - images_.image(0)) / images_.image_bytes();
  if (picture < first_ || picture >= first_ + count_) answer(picture);
  const Index place = picture - first_;
  std::copy_n(sums_.begin() + place * network_->head.classes, network_->head.classes, class_sums.begin());
  for (std::size_t layer = 0; observer && layer < layers_.size(); ++layer) tell(layer, place, observer);
}

void OnnxEngine::tell(std::size_t layer, Index picture, const MapObserver& observer) const {
  const auto& [name, height, width, channels] = layers_[layer];
  const Index pixels = height * width;
  const std::int32_t* const planes = codes_[layer].data() + picture * channels * pixels;
  std::vector<std::int32_t> values(to_size(pixels * channels));  // channels last, as everywhere here
  for (Index c = 0; c < channels; ++c) {
    for (Index p = 0; p < pixels; ++p) values[to_size(p * channels + c)] = planes[c * pixels + p];
  }
  observer({.name = name,
            .height = height,
            .width = width,
            .channels = channels,
            .values = values,
            .kind = IntegerMap::Kind::codes});
}

/// Tries each way until one's package is there.
void OnnxEngine::start(const fs::path& folder, Index count) const {
  std::string tried;
  for (const Child& child : children(options_.engine)) {
    const fs::path script = folder / "script", messages = folder / "messages";
    write_file(script, child.script);
    fs::remove(messages);
    const std::vector<std::string> words = {
        script.string(), fs::absolute(file_).string(), (folder / "pictures").string(), folder.string(),
        to_text(count),  to_text(network_->height),    to_text(network_->width),       options_.optimization};
    int code = kNoPackage;
    try {
      code = run_program(child.program, words, child.package, messages.string());
    } catch (const IoError&) {  // not even the program is there
    }
    if (code == 0) return;
    tried += concat(tried.empty() ? "" : ", ", child.program);
    if (code == kNoPackage) continue;
    std::string text;
    for (const std::byte byte : read_beginning(messages, 1 << 12)) text += static_cast<char>(byte);
    throw std::runtime_error(concat("verify: ", options_.engine, " in ", child.program, " failed on ", file_.string(),
                                    ": ", printable(text)));
  }
  throw IoError(concat("verify: no ", options_.engine, " found (tried ", tried,
                       options_.engine == "opencv" ? "); on Debian: apt-get install python3-opencv"
                                                   : "): Python's package onnxruntime, or npm's onnxruntime-node"));
}

void OnnxEngine::answer(Index first) {
  const ScratchFolder folder("mog-onnx");
  const Index all = options_.images == 0 ? images_.size() : std::min(options_.images, images_.size());
  const Index count = layers_.empty() ? all - first : std::min(all - first, kWithLayers);
  const Index height = network_->height, width = network_->width, classes = network_->head.classes;
  std::string planes;  // [N, 3, H, W]
  planes.reserve(to_size(count * 3 * height * width));
  for (Index i = first; i < first + count; ++i) {
    for (Index c = 0; c < 3; ++c) {
      for (Index p = 0; p < height * width; ++p) planes += static_cast<char>(images_.image(i)[p * 3 + c]);
    }
  }
  write_file(folder.path() / "pictures", planes);
  start(folder.path(), count);

  if (fs::exists(folder.path() / "class_sums")) {
    sums_ = numbers<std::int64_t>(folder.path() / "class_sums", count * classes);
  } else {
    sums_.clear();
    for (const double logit : numbers<double>(folder.path() / "logits", count * classes)) {
      sums_.push_back(std::llround(std::ldexp(logit, network_->head.fraction_bits)));
    }
  }
  codes_.clear();
  for (const Layer& layer : layers_) {
    const fs::path file = folder.path() / onnx::identifier(layer.name);
    require(fs::exists(file), "verify: ", file_.string(), " does not show the codes of ", layer.name,
            ": export it with --layers, or verify it without");
    std::vector<std::int32_t>& codes = codes_.emplace_back();
    for (const double code : numbers<double>(file, count * layer.height * layer.width * layer.channels)) {
      codes.push_back(code == std::floor(code) ? static_cast<std::int32_t>(code) : -1);  // -1: no code is that
    }
  }
  first_ = first;
  count_ = count;
}

}  // namespace mog::apps
