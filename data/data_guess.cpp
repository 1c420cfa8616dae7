// Looks into a folder and some folders down; what is nearest to the binary files comes first.
#include "data/data_guess.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "data/file_guess.hpp"
#include "data/folder_entries.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;
using Guess = std::optional<DataGuess>;

/// The binary files of a set, here or further down.
Guess guess_binary_folder(const fs::path& dir, Cifar which, std::optional<Cifar> wanted) {
  const CifarLayout& layout = cifar_layout(which);
  const char* option = name_of(which).option;
  if (!find_cifar(layout, dir).empty()) {
    return DataGuess{concat("holds ", layout.title), concat("--dataset ", option, " reads it")};
  }
  for (const fs::path& folder : folders_below(dir)) {
    if (find_cifar(layout, folder).empty()) continue;
    const fs::path found = find_cifar(layout, folder);
    return DataGuess{
        concat("holds ", layout.title, " further down"),
        concat(wanted == which ? "give" : concat("--dataset ", option, " reads"), " the folder ", found.string())};
  }
  return {};
}

/// The Python or the MATLAB version, as this folder or in it.
Guess guess_foreign_folder(const fs::path& dir, std::optional<Cifar> wanted) {
  struct Version {
    Cifar which;
    const char *language, *folder, *first, *second;  // two files tell it
  };
  constexpr Version kVersions[] = {
      {Cifar::ten, "Python", "cifar-10-batches-py", "data_batch_1", "batches.meta"},
      {Cifar::hundred, "Python", "cifar-100-python", "train", "meta"},
      {Cifar::ten, "MATLAB", "cifar-10-batches-mat", "data_batch_1.mat", "batches.meta.mat"},
      {Cifar::hundred, "MATLAB", "cifar-100-matlab", "train.mat", "meta.mat"},
  };
  std::error_code ignored;
  for (const Version& version : kVersions) {
    const bool here = fs::is_regular_file(dir / version.first, ignored) &&
                      (fs::is_regular_file(dir / version.second, ignored) || version.which == Cifar::ten);
    if (!here && !fs::is_directory(dir / version.folder, ignored)) continue;
    return DataGuess{
        concat(here ? "" : "holds ", "the ", version.language, " version of ", name_of(version.which).title),
        to_get(wanted, version.which, here ? folder_around(dir) : dir)};
  }
  return {};
}

/// An archive of CIFAR in this folder: the one that needs no network first.
Guess guess_folder_of_archive(const fs::path& dir, std::optional<Cifar> wanted) {
  Guess best;
  for (const fs::path& file : entries_of("data", dir).files) {
    Guess guess = guess_cifar_archive(file, wanted);
    if (!guess) continue;
    guess->what = "holds " + guess->what;
    const bool ready = (wanted != Cifar::hundred && is_official_archive(file, Cifar::ten)) ||
                       (wanted != Cifar::ten && is_official_archive(file, Cifar::hundred));
    if (ready) return guess;
    if (!best) best = guess;
  }
  return best;
}

Guess guess_folder_of_pictures(const fs::path& dir) {
  const std::vector<fs::path> below = folders_below(dir);
  if (std::none_of(below.begin(), below.end(), holds_a_picture)) return {};
  return DataGuess{"holds folders of pictures", "--dataset folder reads them"};
}

DataGuess guess_folder(const fs::path& dir, std::optional<Cifar> wanted) {
  const Cifar first = wanted.value_or(Cifar::ten);
  const Cifar second = first == Cifar::ten ? Cifar::hundred : Cifar::ten;
  Guess guess = guess_binary_folder(dir, first, wanted);
  if (!guess) guess = guess_folder_of_archive(dir, wanted);
  if (!guess) guess = guess_binary_folder(dir, second, wanted);
  if (!guess) guess = guess_foreign_folder(dir, wanted);
  if (!guess && wanted) guess = guess_folder_of_pictures(dir);
  if (guess) return *guess;
  return {{}, to_get(wanted, {}, dir)};
}

}  // namespace

DataGuess guess_data(const fs::path& path, std::optional<Cifar> wanted) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return guess_folder(path, wanted);
  if (fs::is_regular_file(path, ignored)) return guess_file(path, wanted);
  const bool official = wanted && path.filename() == cifar_layout(*wanted).folder;
  return {{}, to_get(wanted, {}, official ? folder_around(path) : path)};
}

}  // namespace mog
