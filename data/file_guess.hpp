// What a single file is that was given for a data set: an archive of CIFAR, one of its files, a picture.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "data/data_guess.hpp"

namespace mog {

/// What people and the program call a set.
struct SetName {
  const char* title;   // "CIFAR-10"
  const char* option;  // "cifar10", for --dataset and mog data fetch
};
SetName name_of(Cifar which);

/// The folder that a path lies in: "." for a name alone.
std::filesystem::path folder_around(const std::filesystem::path& path);
/// The command that brings the binary version of the set that is wanted, or else found, into a folder; empty where
/// there is neither.
std::string to_get(std::optional<Cifar> wanted, std::optional<Cifar> found, const std::filesystem::path& into);

/// By name, first bytes and size, as guess_data says.
DataGuess guess_file(const std::filesystem::path& file, std::optional<Cifar> wanted);
/// Nothing where the file is no archive, or where its name does not say that it is CIFAR's.
std::optional<DataGuess> guess_cifar_archive(const std::filesystem::path& file, std::optional<Cifar> wanted);
/// Whether it is one that mog data fetch unpacks as it is.
bool is_official_archive(const std::filesystem::path& file, Cifar which);

}  // namespace mog
