// An ONNX file's answers, computed by a program that is not ours: ONNX Runtime or OpenCV.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "deploy/comparison.hpp"
#include "deploy/runtime/proof.hpp"

namespace mog::apps {

struct OnnxEngineOptions {
  std::string engine = "onnxruntime";  // or "opencv"
  std::string optimization = "all";    // of ONNX Runtime: disabled, basic, extended or all
  bool layers = false;                 // read every layer's codes, of a file that has them
  Index images = 0;                    // the first so many are run; 0: all
};

/// Runs the file over pictures of a data set, many at a time, in a child process: Python's onnxruntime, else node's
/// onnxruntime-node, or Python's cv2. Answers are those of the pictures as they lie in the data set's memory.
class OnnxEngine {
 public:
  /// The file's network is `network`, which must outlive this, as must the images. Throws std::invalid_argument when
  /// the file was exported from another network, IoError when no such program is there.
  OnnxEngine(std::filesystem::path file, const ProvenNetwork& network, const Dataset& images,
             OnnxEngineOptions options);

  /// As run_reference, but the observer sees codes alone, and only where layers are read. From several threads, calls
  /// wait for each other. A file with logits alone gives them as class sums, rounded to whole numbers.
  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const MapObserver& observer);

 private:
  struct Layer {
    std::string name;  // "mrb1.a.activation"
    Index height, width, channels;
  };
  void answer(Index first);  // the pictures from `first` on, as many as are computed at a time
  void start(const std::filesystem::path& folder, Index count) const;
  void tell(std::size_t layer, Index picture, const MapObserver& observer) const;

  std::filesystem::path file_;
  const ProvenNetwork& network_;
  const Dataset& images_;
  OnnxEngineOptions options_;
  std::mutex mutex_;
  std::vector<Layer> layers_;
  Index first_ = 0, count_ = 0;                   // the pictures that the following belong to
  std::vector<std::int64_t> sums_;                // [count, classes]
  std::vector<std::vector<std::int32_t>> codes_;  // of each layer, [count, C, H, W]
};

}  // namespace mog::apps
