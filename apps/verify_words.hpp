// What `mog verify` is asked for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands.hpp"

namespace mog::apps {

struct VerifyWords {
  std::filesystem::path file, model;
  DataChoice data;
  Index images = 0;
  std::string engine = "runtime", against = "reference";
  std::string level = {};  // of ONNX Runtime's optimization, or several with commas between them
  bool layers = false, json = false;
  std::optional<double> bound = {}, turned = {};  // of a file of floats

  /// An engine that is not ours, and reads ONNX.
  [[nodiscard]] bool onnx() const { return engine == "onnxruntime" || engine == "opencv"; }
  /// One of ONNX Runtime's for each time that its file is to be run; a single empty one for any other engine. Throws
  /// std::invalid_argument on a word that is none.
  [[nodiscard]] std::vector<std::string> levels() const;
  /// What a message is about: the file, and the level that it was run at, if any.
  [[nodiscard]] std::string subject(const std::string& at_level) const {
    return model.string() + (at_level.empty() ? "" : ", level " + at_level);
  }
};

}  // namespace mog::apps
