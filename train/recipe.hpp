// Recipes: how long each of the three runs lasts, and with which learning rates.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "layers/pass.hpp"
#include "optim/schedule.hpp"

namespace mog {

/// One of the three runs. 0 epochs leave it out.
struct StagePlan {
  Stage stage = Stage::full_precision;
  Index epochs = 0;
  Schedule schedule;

  friend bool operator==(const StagePlan&, const StagePlan&) = default;
};

/// A name and the three runs in their order.
struct Recipe {
  std::string name;
  std::string about;  // one line, for a list of recipes
  std::array<StagePlan, kStages> stages;
  /// Batches over which the running statistics are estimated anew before each evaluation, at most 100. 0, as in the
  /// paper, leaves them as the steps left them, which suits epochs of a thousand steps, not those of a hundred.
  Index statistics_batches = 0;

  /// The same recipe for other numbers of epochs: the points where the learning rate changes keep their share.
  /// Throws std::invalid_argument when one is negative, or all are 0.
  [[nodiscard]] Recipe with_epochs(const std::array<Index, kStages>& epochs) const;
  /// One line that tells recipes apart: every stage with its epochs and schedule.
  [[nodiscard]] std::string text() const;
};

/// cifar10-paper, cifar100-paper (Table I), hour, short (the default), demo.
const std::vector<Recipe>& recipes();
/// Throws std::invalid_argument with the list of names when there is none of this name.
const Recipe& find_recipe(const std::string& name);

}  // namespace mog
