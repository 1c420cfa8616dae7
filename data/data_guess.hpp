// What a path is that was given for a data set and is none: CIFAR in another form, its archive, one of its files, a
// folder too high.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "data/cifar.hpp"

namespace mog {

struct DataGuess {
  std::string what;  // "the Python version of CIFAR-10"; empty: nothing that is known
  std::string fix;   // "to get the binary version: mog data fetch cifar10 pictures"; empty: nothing that would help
};

/// Looks at names and first bytes, and some folders down, at no more than some thousand files. Where CIFAR is `wanted`,
/// the advice is how to get that set; without, the one that was found. Throws IoError when a folder cannot be read.
DataGuess guess_data(const std::filesystem::path& path, std::optional<Cifar> wanted = {});

}  // namespace mog
