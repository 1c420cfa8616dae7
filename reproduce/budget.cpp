// From a budget's word to a recipe.
#include "reproduce/budget.hpp"

#include <algorithm>

#include "train/recipe_file.hpp"

namespace mog {

Budget budget_for(const std::string& word, const std::string& dataset) {
  constexpr Index kNightRetraining = 30;
  Budget budget{.word = word, .recipe = {}, .retraining = 0};
  if (word == "paper") budget.word = dataset == "cifar100" ? "cifar100-paper" : "cifar10-paper";
  budget.recipe = is_recipe_file(budget.word) ? read_recipe(budget.word) : find_recipe(budget.word);
  budget.recipe.name = budget.word;
  budget.retraining = budget.recipe.stages.back().epochs;
  if (word == "night") budget.retraining = std::min(budget.retraining, kNightRetraining);
  return budget;
}

}  // namespace mog
