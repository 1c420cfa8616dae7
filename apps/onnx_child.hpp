// A child process that runs an ONNX file over pictures: ONNX Runtime or OpenCV, as they are installed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/scratch_folder.hpp"
#include "data/dataset.hpp"

namespace mog::apps {

/// What a child has written: its outputs, each a file in a folder that goes with this.
class OnnxOutputs {
 public:
  OnnxOutputs() : folder_(std::make_unique<ScratchFolder>("mog-onnx")) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_->path(); }
  [[nodiscard]] bool have(const std::string& output) const;
  /// All of an output's numbers: whole ones as std::int64_t, floats as double. Throws DataError unless they are `count`.
  template <class Number>
  [[nodiscard]] std::vector<Number> numbers(const std::string& output, Index count) const;

 private:
  std::unique_ptr<ScratchFolder> folder_;
};

/// Python's onnxruntime, else node's onnxruntime-node; or Python's cv2. It takes as many threads as the program.
class OnnxChild {
 public:
  /// `engine` is onnxruntime or opencv; `level` ONNX Runtime's level of optimization: disabled, basic, extended or all.
  /// Throws IoError when the file cannot be read.
  OnnxChild(std::filesystem::path file, std::string engine, std::string level);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// Whether these words stand in the file, whose texts lie there as they are.
  [[nodiscard]] bool says(std::string_view words) const { return bytes_.find(words) != std::string::npos; }
  /// The outputs for `count` of the images from `first` on. Throws IoError when no such program is there,
  /// std::runtime_error with its words when it breaks down.
  [[nodiscard]] OnnxOutputs run(const Dataset& images, Index first, Index count) const;

 private:
  void start(const std::filesystem::path& folder, const Dataset& images, Index count) const;

  std::filesystem::path file_;
  std::string engine_, level_, bytes_;
};

}  // namespace mog::apps
