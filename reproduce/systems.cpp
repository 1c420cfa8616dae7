// The table of systems, and how epochs are shared out.
#include "reproduce/systems.hpp"

#include <algorithm>
#include <cmath>

namespace mog {

const std::vector<System>& systems() {
  static const std::vector<System> all = {
      {.model = "slbf-resnet18",
       .recipe = "slbf-short",
       .speed = 0.37,
       .small = {{"maps", "16"}},
       .printed = "SLBF RN-18"},
      {.model = "slbf-vgg16",
       .recipe = "slbf-short",
       .speed = 0.60,
       .small = {{"maps", "16"}},
       .printed = "SLBF VGG-16"},
      {.model = "etd-resnet20", .recipe = "etd-short", .speed = 4.1, .printed = "ETD RN-20"},
      {.model = "etd-resnet32", .recipe = "etd-short", .speed = 2.5, .printed = "ETD RN-32"},
      {.model = "hybrid-resnet20", .recipe = "hybrid-binary-short", .speed = 3.0, .small = {{"maps", "4"}}},
      {.model = "hybrid-vgg19", .recipe = "hybrid-binary-short", .speed = 0.47, .small = {{"maps", "16"}}},
      {.model = "hybrid-mobilenet", .recipe = "hybrid-banks-short", .speed = 3.4, .small = {{"width", "1/8"}}},
  };
  return all;
}

Recipe with_epochs_in_all(const Recipe& recipe, Index epochs) {
  std::vector<Index> shares;
  Index before = 0, given = 0;
  for (const StagePlan& plan : recipe.stages) {
    if (plan.epochs == 0) {
      shares.push_back(0);
      continue;
    }
    before += plan.epochs;
    const auto until = std::llround(static_cast<double>(epochs * before) / static_cast<double>(recipe.epochs()));
    shares.push_back(std::max<Index>(1, until - given));
    given += shares.back();
  }
  return recipe.with_epochs(shares);
}

}  // namespace mog
