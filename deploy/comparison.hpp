// Comparison: the trained network, or the plain loops, against an engine, code by code, over any number of pictures.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "deploy/runtime/engine.hpp"
#include "models/network.hpp"

namespace mog {

/// Runs one picture on an integer network, as run_reference does, and tells of every map. Called by
/// several threads at once.
using IntegerForward = std::function<void(std::span<const std::uint8_t>, std::span<std::int64_t>, const MapObserver&)>;

struct LayerComparison {
  std::string name;
  bool codes = false;  // or sums
  Index values = 0, differing = 0;
};

/// The first number that differs: in the order of pictures, then layers, then places.
struct Difference {
  std::string layer;
  Index image, row, column, channel;
  double expected;  // the code, or the sum in the integer network's units; NaN where there is no such map
  std::int32_t integer;
};

class Comparison {
 public:
  /// `trained` is run in evaluation mode, all quantized; `network` must outlive this.
  Comparison(Network trained, const IntegerNetwork& network, IntegerForward forward);
  /// The same against run_reference of `meant`, which takes pictures of the same size.
  Comparison(const IntegerNetwork& meant, const IntegerNetwork& network, IntegerForward forward);
  /// The same against another way to run `meant`.
  Comparison(const IntegerNetwork& meant, IntegerForward expected, const IntegerNetwork& network,
             IntegerForward forward);

  /// Compares some pictures, pixels [images, height, width, 3]. Throws std::invalid_argument on another size.
  void add(std::span<const std::uint8_t> pixels);

  [[nodiscard]] Index images() const { return images_; }
  [[nodiscard]] const std::vector<LayerComparison>& layers() const { return layers_; }
  [[nodiscard]] const std::optional<Difference>& first() const { return first_; }
  /// Codes of all layers that differ; 0 is what lowering promises.
  [[nodiscard]] Index differing_codes() const;
  [[nodiscard]] Index differing_sums() const;
  /// Pictures whose largest logit is another class's.
  [[nodiscard]] Index differing_answers() const { return differing_answers_; }
  /// Class sums that are not those of what is meant; 0 beside a trained network, which has logits.
  [[nodiscard]] Index differing_class_sums() const { return differing_class_sums_; }
  /// The largest distance between a logit and its class sum 2^-fraction_bits, and the largest logit.
  [[nodiscard]] double largest_deviation() const { return largest_deviation_; }
  [[nodiscard]] double largest_logit() const { return largest_logit_; }
  /// The largest sum of |x| over a pixel's latent maps: no partial sum of an expansion exceeded it in any order. Below
  /// 2^24 a trained network's float sums were exact on these pictures, whatever the worst case is.
  [[nodiscard]] std::int64_t largest_magnitude() const { return largest_magnitude_; }

 private:
  struct PictureResult;
  using Results = std::vector<PictureResult>;
  void compare_with_trained(std::span<const std::uint8_t> pixels, Results& results);
  void compare_with_integers(std::span<const std::uint8_t> pixels, Results& results);
  [[nodiscard]] std::size_t picture_bytes() const {
    return static_cast<std::size_t>(network_.height * network_.width * 3);
  }
  void merge(const PictureResult& result);

  Network trained_;  // one of the two is there
  const IntegerNetwork* meant_ = nullptr;
  IntegerForward expected_;
  const IntegerNetwork& network_;
  IntegerForward forward_;
  Tape<float> tape_;
  Index images_ = 0;
  std::vector<LayerComparison> layers_;
  std::optional<Difference> first_;
  Index differing_answers_ = 0, differing_class_sums_ = 0;
  double largest_deviation_ = 0, largest_logit_ = 0;
  std::int64_t largest_magnitude_ = 0;
};

}  // namespace mog
