// Ablations: a recipe with each of its ingredients taken out, or put in where it has none.
#pragma once

#include <string>
#include <vector>

#include "train/recipe.hpp"

namespace mog {

/// A recipe that differs from the base in one thing.
struct Variant {
  std::string name;  // "without-label-smoothing"
  std::string what;  // one line for people
  Recipe recipe;     // as many epochs in all as the base
};

/// The base first, then one for each ingredient, then the paper's recipe at the same number of epochs. The variants'
/// recipes have their names.
std::vector<Variant> variants_of(const Recipe& base);

}  // namespace mog
