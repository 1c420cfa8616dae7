// The command line's words for a network: --model, and the options of every model.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "models/model.hpp"

namespace mog::apps {

class ModelOptions {
 public:
  /// Must live until the command runs.
  void add_options(CLI::App& command);

  /// What was asked for. Throws std::invalid_argument on an option that this model does not have, or out of range.
  [[nodiscard]] ModelChoice choice(Index classes) const;
  /// Lets the command know what options that were not given stand for, so that a configuration has them all.
  void settle();

 private:
  [[nodiscard]] ModelWords given() const;

  std::string model_ = models().front().name;
  std::map<std::string, CLI::Option*> options_;
};

}  // namespace mog::apps
