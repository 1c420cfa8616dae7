// A batch through the trained network, observed, or each picture through what is meant; then through the engine,
// compared on the way.
#include "deploy/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/parallel.hpp"

namespace mog {
namespace {

/// What the trained network reported of a batch, by layer.
using Reports = std::map<std::string, Tensor<float>, std::less<>>;

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
  Index differing_class_sums = 0;
  double largest_deviation = 0, largest_logit = 0;
  std::int64_t largest_magnitude = 0;

  /// values: the same map of this picture as it should be, in this unit; null when there is none of this name and size.
  template <class Number>
  void compare(const IntegerMap& map, const Number* values, double unit, Index image) {
    LayerComparison layer{.name = std::string(map.name), .codes = map.codes(), .values = 0, .differing = 0};
    layer.values = static_cast<Index>(map.values.size());
    for (Index i = 0; i < layer.values; ++i) {
      const std::int32_t value = map.values[static_cast<std::size_t>(i)];
      const double expected = values == nullptr ? std::nan("") : static_cast<double>(values[i]) / unit;
      if (expected == value) continue;
      ++layer.differing;
      if (first) continue;
      const Index pixel = i / map.channels;
      first = {.layer = layer.name,
               .image = image,
               .row = pixel / map.width,
               .column = pixel % map.width,
               .channel = i % map.channels,
               .expected = expected,
               .integer = value};
    }
    if (map.kind == IntegerMap::Kind::latents)
      largest_magnitude = std::max(largest_magnitude, largest_pixel_magnitude(map));
    layers.push_back(std::move(layer));
  }

  void compare_logits(const std::vector<double>& logits, std::span<const std::int64_t> class_sums, int fraction_bits) {
    differing_answer = std::max_element(logits.begin(), logits.end()) - logits.begin() != best_class(class_sums);
    for (std::size_t c = 0; c < logits.size(); ++c) {
      const double sum = std::ldexp(static_cast<double>(class_sums[c]), -fraction_bits);
      largest_deviation = std::max(largest_deviation, std::abs(sum - logits[c]));
      largest_logit = std::max(largest_logit, std::abs(logits[c]));
    }
  }
};

Comparison::Comparison(Network trained, const IntegerNetwork& network, IntegerForward forward)
    : trained_(std::move(trained)), network_(network), forward_(std::move(forward)) {
  tape_.set_recording(false);
}

Comparison::Comparison(const IntegerNetwork& meant, const IntegerNetwork& network, IntegerForward forward)
    : Comparison(
          meant,
          [&meant](auto pixels, auto class_sums, const MapObserver& observer) {
            run_reference(meant, pixels, class_sums, observer);
          },
          network, std::move(forward)) {}

Comparison::Comparison(const IntegerNetwork& meant, IntegerForward expected, const IntegerNetwork& network,
                       IntegerForward forward)
    : meant_(&meant), expected_(std::move(expected)), network_(network), forward_(std::move(forward)) {
  require(meant.height == network.height && meant.width == network.width && meant.head.classes == network.head.classes,
          "comparison: ", network.height, " x ", network.width, " pixels and ", network.head.classes,
          " classes, expected ", meant.height, " x ", meant.width, " and ", meant.head.classes);
}

void Comparison::add(std::span<const std::uint8_t> pixels) {
  const std::size_t images = pixels.size() / picture_bytes();
  require(images >= 1 && images * picture_bytes() == pixels.size(), "comparison: ", pixels.size(),
          " bytes of pixels, expected a multiple of ", picture_bytes());
  Results results(images);
  trained_ ? compare_with_trained(pixels, results) : compare_with_integers(pixels, results);
  for (const PictureResult& result : results) merge(result);
  images_ += static_cast<Index>(images);
}

void Comparison::compare_with_trained(std::span<const std::uint8_t> pixels, Results& results) {
  const Index images = static_cast<Index>(results.size()), classes = network_.head.classes;
  const Tensor<float> batch = tape_.make({images, network_.height, network_.width, 3});
  for (Index i = 0; i < batch.elements(); ++i) {
    batch[i] = static_cast<float>(pixels[static_cast<std::size_t>(i)] - 128) * static_cast<float>(kPixelUnit);
  }
  Reports reports;
  Pass<float> pass{.tape = tape_, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>& output) {
    reports.insert_or_assign(layer.name, output.numbers());
  };
  const Tensor<float> logits = trained_(pass, {batch}).value;
  require(logits.channels() == classes, "comparison: ", logits.channels(), " classes, the integer network has ",
          classes);

  parallel_for(images, [&](Index i) {
    PictureResult& result = results[static_cast<std::size_t>(i)];
    std::vector<std::int64_t> class_sums(static_cast<std::size_t>(classes));
    forward_(pixels.subspan(static_cast<std::size_t>(i) * picture_bytes(), picture_bytes()), class_sums,
             [&](const IntegerMap& map) {
               const auto report = reports.find(map.name);
               const Index values = static_cast<Index>(map.values.size());
               const bool found = report != reports.end() && report->second.elements() == images * values;
               result.compare(map, found ? report->second.data() + i * values : nullptr, map.unit, images_ + i);
             });
    const float* row = logits.data() + i * classes;
    result.compare_logits({row, row + classes}, class_sums, network_.head.fraction_bits);
  });
}

void Comparison::compare_with_integers(std::span<const std::uint8_t> pixels, Results& results) {
  parallel_for(static_cast<Index>(results.size()), [&](Index i) {
    PictureResult& result = results[static_cast<std::size_t>(i)];
    const auto picture = pixels.subspan(static_cast<std::size_t>(i) * picture_bytes(), picture_bytes());
    std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network_.head.classes));
    std::map<std::string, std::vector<std::int32_t>, std::less<>> maps;
    expected_(picture, class_sums, [&](const IntegerMap& map) {
      maps.emplace(map.name, std::vector(map.values.begin(), map.values.end()));
    });
    std::vector<double> logits;
    logits.reserve(class_sums.size());
    for (const std::int64_t sum : class_sums) {
      logits.push_back(std::ldexp(static_cast<double>(sum), -meant_->head.fraction_bits));
    }
    const std::vector<std::int64_t> meant_sums = class_sums;
    forward_(picture, class_sums, [&](const IntegerMap& map) {
      const auto expected = maps.find(map.name);
      const bool found = expected != maps.end() && expected->second.size() == map.values.size();
      result.compare(map, found ? expected->second.data() : nullptr, 1, images_ + i);
    });
    for (std::size_t c = 0; c < class_sums.size(); ++c) {
      result.differing_class_sums += class_sums[c] != meant_sums[c] ? 1 : 0;
    }
    result.compare_logits(logits, class_sums, network_.head.fraction_bits);
  });
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
  differing_class_sums_ += result.differing_class_sums;
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
