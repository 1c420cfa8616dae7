// Looks at a folder of data with the eyes of each loader in turn.
#include "data/verify.hpp"

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "data/data_guess.hpp"
#include "data/image_folder.hpp"

namespace mog {
namespace {

/// What is CIFAR's but not its binary files, or no folder.
Verification known_by_name(const std::filesystem::path& path, const DataGuess& guess) {
  return {guess.what,
          {concat(path.string(), ": ", guess.what, ", expected a folder of CIFAR's binary files or of pictures",
                  guess.fix.empty() ? "" : "; ", guess.fix)}};
}

}  // namespace

Verification verify_dataset(const std::filesystem::path& dir) {
  std::error_code error;
  if (!std::filesystem::exists(dir, error)) return {"nothing", {concat(dir.string(), ": no such folder")}};
  if (!std::filesystem::is_directory(dir, error)) return known_by_name(dir, guess_data(dir));
  Verification result;
  for (const Cifar which : {Cifar::ten, Cifar::hundred}) {
    const CifarLayout& layout = cifar_layout(which);
    const std::filesystem::path folder = find_cifar(layout, dir);
    if (folder.empty()) continue;
    result.found += concat(result.found.empty() ? "" : "; ", layout.title, " in ", folder.string());
    for (std::string& problem : cifar_problems(layout, folder)) result.problems.push_back(std::move(problem));
  }
  if (!result.found.empty()) return result;

  const DataGuess guess = guess_data(dir);
  if (!guess.what.empty()) return known_by_name(dir, guess);
  const std::string pictures = describe_image_folder(dir);
  if (!pictures.empty()) return {concat("image folder: ", pictures), image_folder_problems(dir)};
  return {"nothing that is known",
          {concat(dir.string(),
                  ": neither CIFAR-10 (data_batch_1.bin, ...), nor CIFAR-100 (train.bin, ...), nor one sub-folder ",
                  "of pictures for each class")}};
}

}  // namespace mog
