// Tries each loader in turn on a folder of data.
#include "data/verify.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/cifar_check.hpp"
#include "data/data_guess.hpp"
#include "data/folder_check.hpp"
#include "data/folder_entries.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

/// What is CIFAR's but not its binary files, or no folder.
Verification known_by_name(const fs::path& path, const DataGuess& guess) {
  return {
      .found = guess.what,
      .details = {},
      .problems = {concat(path.string(), ": ", guess.what, ", expected a folder of CIFAR's binary files or of pictures",
                          guess.fix.empty() ? "" : "; ", guess.fix)},
      .notes = {}};
}

bool holds_pictures(const fs::path& dir) {
  const std::vector<fs::path> below = folders_below(dir);
  return holds_a_picture(dir) || std::any_of(below.begin(), below.end(), holds_a_picture);
}

void append(std::vector<std::string>& all, const std::vector<std::string>& lines) {
  all.insert(all.end(), lines.begin(), lines.end());
}

}  // namespace

Verification verify_dataset(const fs::path& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return {"nothing", {}, {concat(dir.string(), ": no such folder")}, {}};
  if (!fs::is_directory(dir, error)) return known_by_name(dir, guess_data(dir));
  Verification result;
  for (const Cifar which : {Cifar::ten, Cifar::hundred}) {
    const CifarLayout& layout = cifar_layout(which);
    const fs::path folder = find_cifar(layout, dir);
    if (folder.empty()) continue;
    result.found += concat(result.found.empty() ? "" : "; ", layout.title, " in ", folder.string());
    const std::vector<std::string> problems = cifar_problems(layout, folder);
    append(result.problems, problems);
    if (!problems.empty()) continue;
    const CifarContent content = check_cifar_content(which, folder);
    append(result.problems, content.problems);
    append(result.notes, content.notes);
  }
  if (!result.found.empty()) return result;

  if (!holds_pictures(dir)) {
    const DataGuess guess = guess_data(dir);
    if (!guess.what.empty()) return known_by_name(dir, guess);
    result.found = "nothing that is known";
    result.problems = {concat(dir.string(),
                              ": neither CIFAR-10 (data_batch_1.bin, ...), nor CIFAR-100 (train.bin, ...), nor one ",
                              "sub-folder of pictures for each class")};
    return result;
  }
  try {
    return check_image_folder(dir);
  } catch (const DataError& layout) {
    return {"pictures, in a layout that is not understood", {}, {layout.what()}, {}};
  }
}

}  // namespace mog
