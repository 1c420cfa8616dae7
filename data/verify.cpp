// Tries each loader in turn on a folder of data.
#include "data/verify.hpp"

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "data/image_folder.hpp"

namespace mog {

Verification verify_dataset(const std::filesystem::path& dir) {
  std::error_code error;
  if (!std::filesystem::is_directory(dir, error)) return {"nothing", {concat(dir.string(), ": no such folder")}};
  Verification result;
  for (const Cifar which : {Cifar::ten, Cifar::hundred}) {
    const CifarLayout& layout = cifar_layout(which);
    const std::filesystem::path folder = find_cifar(layout, dir);
    if (folder.empty()) continue;
    result.found += concat(result.found.empty() ? "" : "; ", layout.title, " in ", folder.string());
    for (std::string& problem : cifar_problems(layout, folder)) result.problems.push_back(std::move(problem));
  }
  if (!result.found.empty()) return result;

  const std::string pictures = describe_image_folder(dir);
  if (!pictures.empty()) return {concat("image folder: ", pictures), image_folder_problems(dir)};
  return {"nothing that is known",
          {concat(dir.string(),
                  ": neither CIFAR-10 (data_batch_1.bin, ...), nor CIFAR-100 (train.bin, ...), nor one sub-folder ",
                  "of pictures for each class")}};
}

}  // namespace mog
