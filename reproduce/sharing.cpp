// Compares recipes from their first stage on.
#include "reproduce/sharing.hpp"

#include <algorithm>

namespace mog {
namespace {

/// All of a recipe that is the same for every stage.
Recipe without_stages(Recipe recipe) {
  recipe.name.clear();
  recipe.about.clear();
  recipe.stages = Recipe().stages;
  return recipe;
}

/// Whether two runs are alike until k and the stages matter.
bool comparable(const PlannedRun& a, const PlannedRun& b) {
  return !a.model && !b.model && a.dataset == b.dataset && a.seed == b.seed && a.validation == b.validation &&
         a.network.maps == b.network.maps && a.network.groups == b.network.groups &&
         a.network.classes == b.network.classes && a.network.head == b.network.head &&
         without_stages(a.recipe) == without_stages(b.recipe);
}

std::size_t last_stage(const Recipe& recipe) {
  std::size_t last = kStages - 1;
  while (last > 0 && recipe.stages[last].epochs == 0) --last;
  return last;
}

/// How many of their first stages both train alike, without either's last.
std::size_t common_stages(const Recipe& a, const Recipe& b) {
  const std::size_t most = std::min(last_stage(a), last_stage(b));
  std::size_t common = 0;
  const auto alike = [](const StagePlan& x, const StagePlan& y) { return x == y || (x.epochs == 0 && y.epochs == 0); };
  while (common < most && alike(a.stages[common], b.stages[common])) ++common;
  while (common > 0 && a.stages[common - 1].epochs == 0) --common;  // nothing to take from a stage that is left out
  return common;
}

}  // namespace

void share_stages(std::vector<PlannedRun>& runs) {
  const std::vector<PlannedRun> whole = runs;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].model) continue;  // its recipe may have any runs
    std::size_t most = 0;
    for (std::size_t j = 0; j < i; ++j) {
      if (!comparable(whole[i], whole[j])) continue;
      const std::size_t common = common_stages(whole[i].recipe, whole[j].recipe);
      if (common <= most) continue;
      most = common;  // the first run with so many trains the last of them itself
      runs[i].from = Start{.run = whole[j].name, .stage = whole[j].recipe.stages[common - 1].stage};
    }
    std::array<Index, kStages> own{};
    for (std::size_t s = most; s < kStages; ++s) own[s] = runs[i].recipe.stages[s].epochs;
    runs[i].recipe = runs[i].recipe.with_epochs({own.begin(), own.end()});
  }
}

}  // namespace mog
