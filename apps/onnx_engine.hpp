// An engine of an ONNX file's integers, computed by a program that is not ours.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/onnx_child.hpp"
#include "deploy/comparison.hpp"
#include "deploy/runtime/proof.hpp"

namespace mog::apps {

struct OnnxEngineOptions {
  bool layers = false;  // read every layer's codes, of a file that has them
  Index images = 0;     // the first so many are run; 0: all
};

/// Runs the file over pictures of a data set, many at a time. Answers are those of the pictures as they lie in the data
/// set's memory.
class OnnxEngine {
 public:
  /// Pictures at a time where all their codes are written; a comparison takes them by as many.
  static constexpr Index kWithLayers = 20;

  /// The child's file holds `network`, which must outlive this, as must the images. Throws std::invalid_argument when
  /// it was exported from another network.
  OnnxEngine(OnnxChild child, const ProvenNetwork& network, const Dataset& images, OnnxEngineOptions options);

  /// Runs the child from the first of these pictures on, unless it has: what can fail fails here, outside of a parallel
  /// region.
  void prepare(std::span<const std::uint8_t> pixels);
  /// As run_reference, for a picture that is prepared, but the observer sees codes alone, and only where layers are read.
  /// May be called from several threads. A file with logits alone gives them as class sums, rounded to whole numbers.
  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const MapObserver& observer) const;

 private:
  struct Layer {
    std::string name;  // "mrb1.a.activation"
    Index height, width, channels;
  };
  [[nodiscard]] Index picture(std::span<const std::uint8_t> pixels) const;
  void answer(Index first);  // the pictures from `first` on, as many as are computed at a time
  void tell(std::size_t layer, Index picture, const MapObserver& observer) const;

  OnnxChild child_;
  const ProvenNetwork& network_;
  const Dataset& images_;
  OnnxEngineOptions options_;
  std::vector<Layer> layers_;
  Index first_ = 0, count_ = 0;                   // the pictures that the following belong to
  std::vector<std::int64_t> sums_;                // [count, classes]
  std::vector<std::vector<std::int32_t>> codes_;  // of each layer, [count, C, H, W]
};

}  // namespace mog::apps
