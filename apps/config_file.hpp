// config.ini: the options of a training as lines that a person reads and edits, and that repeat the run.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mog::apps {

/// How the program reads --config FILE: a section [train], then lines KEY = VALUE, a word each or a list A,B,C. A value
/// in quotes may hold anything, with \" \\ and \n for what a line cannot; # and ; outside them begin a comment. The key
/// `out`, which earlier versions wrote, is passed over: where a run is kept is the command line's affair. Throws
/// CLI::ConfigError with the line's number.
class ConfigFile final : public CLI::Config {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
  /// Not used: see configuration_text.
  std::string to_config(const CLI::App* app, bool, bool, std::string) const override;
};

/// The text that gives a command its options as they are: one that was not given and has no default has no line.
std::string configuration_text(const CLI::App& command);

}  // namespace mog::apps
