// Plans: which networks are trained, how, and from which other run's weights, to repeat a table or a figure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/model.hpp"
#include "models/mognet.hpp"
#include "reproduce/paper.hpp"
#include "train/recipe.hpp"

namespace mog {

/// Where a run's weights begin: as a stage of another run left them, in that run's folder; the last
/// stage's are in last.safetensors.
struct Start {
  std::string run;
  Stage stage;

  friend bool operator==(const Start&, const Start&) = default;
};

/// One training. Runs of one row differ in their seed only.
struct PlannedRun {
  std::string name = {}, row = {};  // of its folder; of the table's line
  std::string dataset;              // cifar10, cifar100, builtin, folder
  MognetOptions network;
  std::uint64_t seed = 1;
  Index validation = 0;  // training images held back to measure on
  Recipe recipe;         // named as `mog train --recipe` takes it; a stage that it takes from another run has 0 epochs
  std::optional<Start> from = {};
  std::optional<ModelChoice> model = {};  // another network than a MOGNET, in place of `network`

  /// The network, whichever it is; of 10 classes while they are not known.
  [[nodiscard]] ModelChoice choice() const;
  /// What the paper prints of it, where it does: of a MOGNET with n = 128, measured on test images.
  [[nodiscard]] std::optional<Printed> printed() const;
};

enum class Target { table2, fig4, ablations, systems };
/// "table2", "fig4", "ablations", "systems".
const char* name(Target target);

/// What a plan is made of.
struct PlanRequest {
  Target target = Target::table2;
  std::string budget = "hour";  // see budget_for
  std::string pictures = {};    // builtin, folder: a rehearsal with other pictures and small networks; empty: CIFAR
  std::vector<std::string> rows = {};  // names of rows, or what they begin with up to a '-'; empty: all
  Index seeds = 0;                     // of each row; 0: three of the ablations, one else
  Index maps = 32;                     // n of the ablations
};

struct Plan {
  PlanRequest request;
  std::vector<PlannedRun> runs = {};  // each after those whose weights it begins with
  std::vector<Recipe> recipes = {};   // of its own, which `mog train` finds as recipes/NAME.ini in the plan's folder
};

/// The same plan for the same request. Throws std::invalid_argument on an unknown budget or row, naming those that
/// there are; what budget_for throws.
Plan make_plan(const PlanRequest& request);

/// The run of this name; null when the plan has none.
const PlannedRun* find_run(const Plan& plan, const std::string& name);
/// 1 for a run that needs no other, one more than the run that it begins with elsewhere: runs of one level need nothing
/// of each other.
Index level_of(const Plan& plan, const PlannedRun& run);

}  // namespace mog
