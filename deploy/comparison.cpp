// One batch through the trained network, listened to; each of its pictures through the integer one, compared on the
// way.
#include "deploy/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/parallel.hpp"

namespace mog {
namespace {

/// What a batch's run of the trained network said, by layer.
using Reports = std::map<std::string, Tensor<float>, std::less<>>;

/// The trained network's first sums are multiples of a pixel's unit.
double unit_of(std::string_view layer) { return layer == "conv" ? 128 : 1; }

std::int64_t largest_pixel_magnitude(const IntegerMap& map) {
  std::int64_t largest = 0;
  for (Index p = 0; p < map.height * map.width; ++p) {
    std::int64_t sum = 0;
    for (Index c = 0; c < map.channels; ++c)
      sum += std::abs(map.values[static_cast<std::size_t>(p * map.channels + c)]);
    largest = std::max(largest, sum);
  }
  return largest;
}

}  // namespace

/// One picture's share.
struct Comparison::PictureResult {
  std::vector<LayerComparison> layers;
  std::optional<Difference> first;
  bool differing_answer = false;
  double largest_deviation = 0, largest_logit = 0;
  std::int64_t largest_magnitude = 0;

  /// trained: the same map of this picture, or null when the trained network has none of this name and size.
  void compare(const IntegerMap& map, const float* trained, Index image) {
    LayerComparison layer{.name = std::string(map.name), .codes = map.codes, .values = 0, .differing = 0};
    layer.values = static_cast<Index>(map.values.size());
    const double unit = unit_of(map.name);
    for (Index i = 0; i < layer.values; ++i) {
      const std::int32_t value = map.values[static_cast<std::size_t>(i)];
      const double expected = trained == nullptr ? std::nan("") : trained[i] * unit;
      if (expected == value) continue;
      ++layer.differing;
      if (first) continue;
      const Index pixel = i / map.channels;
      first = {.layer = layer.name,
               .image = image,
               .row = pixel / map.width,
               .column = pixel % map.width,
               .channel = i % map.channels,
               .trained = expected,
               .integer = value};
    }
    if (map.name.ends_with(".group")) largest_magnitude = std::max(largest_magnitude, largest_pixel_magnitude(map));
    layers.push_back(std::move(layer));
  }

  void compare_logits(const float* logits, std::span<const std::int64_t> class_sums, int fraction_bits) {
    const Index classes = static_cast<Index>(class_sums.size());
    differing_answer = std::max_element(logits, logits + classes) - logits != best_class(class_sums);
    for (Index c = 0; c < classes; ++c) {
      const double sum = std::ldexp(static_cast<double>(class_sums[static_cast<std::size_t>(c)]), -fraction_bits);
      largest_deviation = std::max(largest_deviation, std::abs(sum - logits[c]));
      largest_logit = std::max(largest_logit, std::abs(static_cast<double>(logits[c])));
    }
  }
};

Comparison::Comparison(Mognet<float>& trained, const IntegerNetwork& network, IntegerForward forward)
    : trained_(trained), network_(network), forward_(std::move(forward)) {
  tape_.set_recording(false);
}

void Comparison::add(std::span<const std::uint8_t> pixels) {
  const Index each = network_.height * network_.width * 3, images = static_cast<Index>(pixels.size()) / each;
  require(images >= 1 && images * each == static_cast<Index>(pixels.size()), "comparison: ", pixels.size(),
          " bytes of pixels, expected a multiple of ", each);
  const Tensor<float> batch = tape_.make({images, network_.height, network_.width, 3});
  for (Index i = 0; i < batch.elements(); ++i) {
    batch[i] = static_cast<float>(pixels[static_cast<std::size_t>(i)] - 128) * 0x1p-7F;
  }
  Reports reports;
  Pass<float> pass{.tape = tape_, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>& output) {
    reports.insert_or_assign(layer.name, output.value);
  };
  trained_(pass, {batch});
  pass.observer = {};  // the logits as an evaluation computes them, which fuses what an observer sees apart
  const Tensor<float> logits = trained_(pass, {batch}).value;
  require(logits.channels() == network_.head.classes, "comparison: ", logits.channels(),
          " classes, the integer network ", "has ", network_.head.classes);

  std::vector<PictureResult> results(static_cast<std::size_t>(images));
  parallel_for(images, [&](Index i) {
    PictureResult& result = results[static_cast<std::size_t>(i)];
    std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network_.head.classes));
    forward_(pixels.subspan(static_cast<std::size_t>(i * each), static_cast<std::size_t>(each)), class_sums,
             [&](const IntegerMap& map) {
               const auto report = reports.find(map.name);
               const Index values = static_cast<Index>(map.values.size());
               const bool found = report != reports.end() && report->second.elements() == images * values;
               result.compare(map, found ? report->second.data() + i * values : nullptr, images_ + i);
             });
    result.compare_logits(logits.data() + i * network_.head.classes, class_sums, network_.head.fraction_bits);
  });
  for (const PictureResult& result : results) merge(result);
  images_ += images;
}

void Comparison::merge(const PictureResult& result) {
  if (layers_.empty()) {
    layers_ = result.layers;
  } else {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].values += result.layers[i].values;
      layers_[i].differing += result.layers[i].differing;
    }
  }
  if (!first_) first_ = result.first;
  differing_answers_ += result.differing_answer ? 1 : 0;
  largest_deviation_ = std::max(largest_deviation_, result.largest_deviation);
  largest_logit_ = std::max(largest_logit_, result.largest_logit);
  largest_magnitude_ = std::max(largest_magnitude_, result.largest_magnitude);
}

Index Comparison::differing_codes() const {
  Index sum = 0;
  for (const LayerComparison& layer : layers_) sum += layer.codes ? layer.differing : 0;
  return sum;
}

Index Comparison::differing_sums() const {
  Index sum = 0;
  for (const LayerComparison& layer : layers_) sum += layer.codes ? 0 : layer.differing;
  return sum;
}

}  // namespace mog
