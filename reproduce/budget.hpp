// Budgets: how long the runs of a plan may train, named by people: paper, night, hour, or a recipe of their own.
#pragma once

#include <string>

#include "train/recipe.hpp"

namespace mog {

/// What runs of one data set train with.
struct Budget {
  std::string word;  // as `mog train --recipe` takes it: a recipe's name or a file
  Recipe recipe;
  Index retraining;  // epochs of the last stage for another k than 3
};

/// "paper" is Table I's recipe of the data set; other words are recipes' names, or files. Throws std::invalid_argument
/// on an unknown word, IoError and DataError on a file that cannot be read.
Budget budget_for(const std::string& word, const std::string& dataset);

}  // namespace mog
