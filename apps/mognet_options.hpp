// The command line's words for a MOGNET: --n, --g, --k, --head.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "apps/commands.hpp"
#include "models/mognet.hpp"

namespace mog::apps {

/// Adds the options; `options` must live until the command runs.
inline void add_mognet_options(CLI::App& command, MognetOptions& options) {
  command.add_option("--n", options.maps, "Output maps of the first convolution, even")
      ->capture_default_str()
      ->check(whole());
  command.add_option("--g", options.groups, "Groups of the 3x3 convolutions, a divisor of n / 2")
      ->capture_default_str()
      ->check(whole());
  command.add_option("--k", options.bits, "Bits of an activation, 1 to 8")->capture_default_str()->check(whole());
  command
      .add_option_function<std::string>(
          "--head",
          [&options](const std::string& word) {
            options.head = word == "ternary" ? Precision::ternary : Precision::binary;
          },
          "Weights of the last convolution: binary or ternary")
      ->default_str("binary")
      ->check(CLI::IsMember({"binary", "ternary"}));
}

}  // namespace mog::apps
