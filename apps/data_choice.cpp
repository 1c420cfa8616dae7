// Loads the images that the command line names.
#include "apps/commands.hpp"
#include "core/error.hpp"
#include "data/builtin.hpp"
#include "data/cifar.hpp"
#include "data/image_folder.hpp"

namespace mog::apps {

DatasetPair DataChoice::load() const {
  if (dataset == "builtin") {
    require(folder.empty(), "--data ", folder.string(), ": say which images it holds with --dataset");
    return builtin_images();
  }
  require(!folder.empty(), "--dataset ", dataset, ": say where the images are with --data DIR");
  if (dataset == "cifar10") return load_cifar10(folder);
  if (dataset == "cifar100") return load_cifar100(folder, CifarLabels::fine);
  if (dataset == "cifar100-coarse") return load_cifar100(folder, CifarLabels::coarse);
  return load_image_folder_pair(folder);
}

}  // namespace mog::apps
