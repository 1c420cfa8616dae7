// An ONNX file's class sums and codes, picture by picture as a comparison asks for them.
#include "apps/onnx_engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/md5.hpp"
#include "deploy/onnx/graph.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {

OnnxEngine::OnnxEngine(OnnxChild child, const ProvenNetwork& network, const Dataset& images, OnnxEngineOptions options)
    : child_(std::move(child)), network_(network), images_(images), options_(options) {
  const std::vector<std::byte> packed = model_bytes(network);
  const std::string digest = md5_of({reinterpret_cast<const char*>(packed.data()), packed.size()});
  require(child_.says(digest), "verify: ", child_.file().string(),
          " was not exported from this network: its packed file's digest ", digest, " does not stand in it");
  if (!options_.layers) return;
  std::vector<std::int64_t> class_sums(to_size(network->head.classes));
  const std::vector<std::uint8_t> pixels(to_size(network->height * network->width * 3));
  run_reference(network, pixels, class_sums, [this](const IntegerMap& map) {
    if (map.codes()) layers_.push_back({std::string(map.name), map.height, map.width, map.channels});
  });
}

Index OnnxEngine::picture(std::span<const std::uint8_t> pixels) const {
  return (pixels.data() - images_.image(0)) / images_.image_bytes();
}

void OnnxEngine::prepare(std::span<const std::uint8_t> pixels) {
  const Index first = picture(pixels);
  if (first < first_ || first >= first_ + count_) answer(first);
}

void OnnxEngine::run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                     const MapObserver& observer) const {
  const Index place = picture(pixels) - first_;
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

void OnnxEngine::answer(Index first) {
  const Index all = options_.images == 0 ? images_.size() : std::min(options_.images, images_.size());
  const Index count = layers_.empty() ? all - first : std::min(all - first, kWithLayers);
  const Index classes = network_->head.classes;
  const OnnxOutputs outputs = child_.run(images_, first, count);

  if (outputs.have("class_sums")) {
    sums_ = outputs.numbers<std::int64_t>("class_sums", count * classes);
  } else {
    sums_.clear();
    for (const double logit : outputs.numbers<double>("logits", count * classes)) {
      sums_.push_back(std::llround(std::ldexp(logit, network_->head.fraction_bits)));
    }
  }
  codes_.clear();
  for (const Layer& layer : layers_) {
    const std::string output = onnx::identifier(layer.name);
    require(outputs.have(output), "verify: ", child_.file().string(), " does not show the codes of ", layer.name,
            ": export it with --layers, or verify it without");
    std::vector<std::int32_t>& codes = codes_.emplace_back();
    for (const double code : outputs.numbers<double>(output, count * layer.height * layer.width * layer.channels)) {
      const bool whole = code >= 0 && code <= 255 && code == std::floor(code);
      codes.push_back(whole ? static_cast<std::int32_t>(code) : -1);  // -1: no code is that
    }
  }
  first_ = first;
  count_ = count;
}

}  // namespace mog::apps
