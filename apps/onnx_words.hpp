// What `mog export` is asked for in ONNX and QONNX.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "deploy/onnx/export.hpp"
#include "train/trained_model.hpp"

namespace mog::apps {

/// What a file of floats calls the checkpoint that it was exported from, in its metadata.
constexpr const char* kCheckpointChecksum = "checkpoint_checksum";

class OnnxWords {
 public:
  void add_options(CLI::App& command);
  /// The evaluation's graph of floats was asked for, of a network that need have no integer form.
  [[nodiscard]] bool floats() const { return graph_ == "floats"; }
  void write_floats(const TrainedModel& trained, const std::string& checksum, PictureSize size) const;
  [[nodiscard]] bool any() const { return !onnx_.empty() || !qonnx_.empty(); }
  /// Writes what was asked for, and prints a line for each file; `metadata` goes into them.
  void write(const ProvenNetwork& network, const std::map<std::string, std::string>& metadata) const;

 private:
  std::filesystem::path onnx_, qonnx_;
  [[nodiscard]] OnnxOptions options() const;

  std::string graph_ = "integers", weights_ = "float", input_ = "uint8", head_ = "exact", dialect_ = "quant";
  bool layers_ = false, fold_ = false;
};

}  // namespace mog::apps
