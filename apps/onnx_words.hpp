// What `mog export` is asked for in ONNX and QONNX.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "deploy/onnx/export.hpp"

namespace mog::apps {

class OnnxWords {
 public:
  void add_options(CLI::App& command);
  [[nodiscard]] bool any() const { return !onnx_.empty() || !qonnx_.empty(); }
  /// Writes what was asked for, and prints a line for each file; `metadata` goes into them.
  void write(const IntegerNetwork& network, const std::map<std::string, std::string>& metadata) const;

 private:
  std::filesystem::path onnx_, qonnx_;
  std::string weights_ = "float", input_ = "uint8", head_ = "exact", dialect_ = "quant";
  bool layers_ = false;
};

}  // namespace mog::apps
