// Which network: a file on the command line, or one by its name; shared by several commands.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace mog::apps {

struct NetworkChoice {
  std::filesystem::path file;  // empty where none is named
  std::string name;

  static constexpr const char* kDefault = "cifar10";

  /// Adds [FILE] and --network NAME.
  void add_options(CLI::App& command);
  /// Where other files follow: FILE stays the network when its name ends as a network's (.mog, .safetensors) or its
  /// content begins as one, whatever its name is; otherwise it becomes the first of the others. A single word is one of
  /// the others.
  void sort(std::vector<std::filesystem::path>& others);
  /// The file, or that of the name, or that of kDefault. Throws std::invalid_argument when both are given, or there is
  /// no network of this name.
  [[nodiscard]] std::filesystem::path path() const;
};

}  // namespace mog::apps
