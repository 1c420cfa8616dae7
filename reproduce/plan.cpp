// The three plans, their rows picked and their stages shared.
#include "reproduce/plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "reproduce/ablations.hpp"
#include "reproduce/budget.hpp"
#include "reproduce/sharing.hpp"
#include "reproduce/systems.hpp"

namespace mog {
namespace {

constexpr Index kRehearsal = 4;  // small networks have so many times fewer maps

std::vector<std::string> datasets(const PlanRequest& request) {
  if (!request.pictures.empty()) return {request.pictures};
  return {"cifar10", "cifar100"};
}

/// Of a MOGNET of n maps in the paper, trained on these pictures. 0 classes: not known before the pictures are read.
MognetOptions network_for(const PlanRequest& request, const std::string& dataset, Index maps) {
  const bool small = !request.pictures.empty();
  return {.maps = small ? maps / kRehearsal : maps,
          .groups = 4,
          .bits = 3,
          .classes = dataset == "cifar100" ? 100
                     : dataset == "folder" ? 0
                                           : 10};
}

std::string row_name(const PlannedRun& run) {
  return concat(run.dataset, "-n", run.network.maps, "-g", run.network.groups, "-k", run.network.bits);
}

/// k = 2 or 1 beside k = 3. Where the last stage is trained as long as for k = 3, the stages before it are shared;
/// where it is trained again for fewer epochs, it goes on from the end of k = 3.
PlannedRun other_bits(PlannedRun run, int bits, Index retraining) {
  const auto& stages = run.recipe.stages;
  if (retraining < stages.back().epochs) {
    run.from = Start{.run = row_name(run), .stage = stages.back().stage};
    run.recipe = run.recipe.with_epochs({0, 0, retraining});
  }
  run.network.bits = bits;
  return run;
}

/// Table II: n = 128, k = 3 first.
void add_table2(const PlanRequest& request, Plan& plan) {
  for (const Index groups : {4, 8}) {
    for (const std::string& dataset : datasets(request)) {
      const Budget budget = budget_for(request.budget, dataset);
      for (const int bits : {3, 2, 1}) {
        PlannedRun run{.dataset = dataset, .network = network_for(request, dataset, 128), .recipe = budget.recipe};
        run.network.groups = groups;
        if (bits != 3) run = other_bits(run, bits, budget.retraining);
        run.row = row_name(run);
        plan.runs.push_back(run);
      }
    }
  }
}

/// Fig. 4: g = 4, k = 3, more and fewer maps.
void add_fig4(const PlanRequest& request, Plan& plan) {
  for (const std::string& dataset : datasets(request)) {
    const Budget budget = budget_for(request.budget, dataset);
    for (const Index maps : {64, 96, 128, 192, 256}) {
      PlannedRun run{.dataset = dataset, .network = network_for(request, dataset, maps), .recipe = budget.recipe};
      run.row = row_name(run);
      plan.runs.push_back(run);
    }
  }
}

/// Measured on held-back training images: no recipe is to be chosen by the test set.
void add_ablations(const PlanRequest& request, Plan& plan) {
  const std::string dataset = datasets(request).front();
  for (const Variant& variant : variants_of(budget_for(request.budget, dataset).recipe)) {
    PlannedRun run{.row = variant.name,
                   .dataset = dataset,
                   .network = network_for(request, dataset, request.maps),
                   .validation = dataset == "cifar10"   ? 5000
                                 : dataset == "builtin" ? 500
                                                        : 0,
                   .recipe = variant.recipe};
    if (variant.name != "base") plan.recipes.push_back(variant.recipe);
    plan.runs.push_back(run);
  }
}

/// Epochs that cost as much CPU time as the budget's recipe does with n = 128, at so many times its images a second.
Recipe at_speed(const Recipe& recipe, const Recipe& budget, double speed) {
  return with_epochs_in_all(recipe, std::llround(speed * static_cast<double>(budget.epochs())));
}

/// The recipe of a system: in a rehearsal with the budget's batches, as there may be few pictures.
Recipe recipe_of(const System& system, const Recipe& budget, Plan& plan) {
  Recipe recipe = find_recipe(system.recipe);
  if (plan.request.pictures.empty()) return recipe;
  recipe.batch = budget.batch;
  const auto same = [&](const Recipe& other) { return other.name == recipe.name; };
  if (std::none_of(plan.recipes.begin(), plan.recipes.end(), same)) plan.recipes.push_back(recipe);
  return recipe;
}

/// MOGNET with n = 128 and 64, and the systems that it is set beside, each at the CPU time of the first.
void add_systems(const PlanRequest& request, Plan& plan) {
  const std::string dataset = datasets(request).front();
  const Recipe budget = budget_for(request.budget, dataset).recipe;
  for (const Index maps : {128, 64}) {
    PlannedRun run{.dataset = dataset, .network = network_for(request, dataset, maps), .recipe = budget};
    if (maps == 64) run.recipe = at_speed(budget, budget, kSpeedOfHalf);
    run.row = row_name(run);
    plan.runs.push_back(run);
  }
  for (const System& system : systems()) {
    PlannedRun run{.row = concat(dataset, "-", system.model),
                   .dataset = dataset,
                   .network = {},
                   .recipe = at_speed(recipe_of(system, budget, plan), budget, system.speed)};
    const ModelWords given = request.pictures.empty() ? ModelWords() : system.small;
    run.model = ModelChoice{.model = system.model, .words = find_model(system.model).complete(given)};
    if (dataset == "folder") run.model->classes = 0;
    plan.runs.push_back(run);
  }
}

/// The same runs for each seed; the first seed of every row comes first, so that a plan which is cut
/// short has seen all.
void repeat(std::vector<PlannedRun>& runs, Index seeds) {
  const std::vector<PlannedRun> once = std::exchange(runs, {});
  for (Index seed = 1; seed <= seeds; ++seed) {
    const std::string suffix = seed == 1 ? "" : concat("-s", seed);
    for (PlannedRun run : once) {
      run.seed = static_cast<std::uint64_t>(seed);
      run.name = run.row + suffix;
      if (run.from) run.from->run += suffix;
      runs.push_back(run);
    }
  }
}

bool picked(const std::string& row, const std::string& word) { return row == word || row.starts_with(word + "-"); }

/// Throws unless each word picks a row.
void check_rows(const Plan& plan) {
  for (const std::string& word : plan.request.rows) {
    std::string names;
    bool found = false;
    for (const PlannedRun& run : plan.runs) {
      if (run.seed == 1) names += (names.empty() ? "" : ", ") + run.row;
      found = found || picked(run.row, word);
    }
    require(found, "reproduce: no row ", word, ", expected one of ", names);
  }
}

/// Keeps only the requested rows and the runs that they begin with.
void pick_rows(Plan& plan) {
  if (plan.request.rows.empty()) return;
  std::set<std::string> wanted;
  for (auto run = plan.runs.rbegin(); run != plan.runs.rend(); ++run) {
    const auto& rows = plan.request.rows;
    const bool asked = std::any_of(rows.begin(), rows.end(), [&](const auto& word) { return picked(run->row, word); });
    if (!asked && !wanted.contains(run->name)) continue;
    wanted.insert(run->name);
    if (run->from) wanted.insert(run->from->run);
  }
  std::erase_if(plan.runs, [&](const PlannedRun& run) { return !wanted.contains(run.name); });
}

}  // namespace

const char* name(Target target) {
  switch (target) {
    case Target::table2: return "table2";
    case Target::fig4: return "fig4";
    case Target::ablations: return "ablations";
    case Target::systems: return "systems";
  }
  return "";
}

Plan make_plan(const PlanRequest& request) {
  require(request.seeds >= 0, "reproduce: ", request.seeds, " seeds, expected 1 or more");
  Plan plan{.request = request};
  const bool ablations = request.target == Target::ablations;
  if (request.target == Target::table2) add_table2(request, plan);
  if (request.target == Target::fig4) add_fig4(request, plan);
  if (ablations) add_ablations(request, plan);
  if (request.target == Target::systems) add_systems(request, plan);
  repeat(plan.runs, request.seeds > 0 ? request.seeds : ablations ? 3 : 1);
  share_stages(plan.runs);
  check_rows(plan);
  pick_rows(plan);
  return plan;
}

ModelChoice PlannedRun::choice() const {
  ModelChoice choice =
      model ? *model : ModelChoice{.model = "mognet", .words = words_of(network), .classes = network.classes};
  if (choice.classes == 0) choice.classes = 10;
  return choice;
}

std::optional<Printed> PlannedRun::printed() const {
  if (validation > 0) return std::nullopt;
  if (!model) {
    return network.maps == 128 ? printed_mognet(dataset, network.groups, network.bits) : std::nullopt;
  }
  for (const System& system : systems()) {
    if (system.model == model->model) return printed_method(dataset, system.printed);
  }
  return std::nullopt;
}

const PlannedRun* find_run(const Plan& plan, const std::string& name) {
  const auto found =
      std::find_if(plan.runs.begin(), plan.runs.end(), [&](const auto& run) { return run.name == name; });
  return found == plan.runs.end() ? nullptr : &*found;
}

Index level_of(const Plan& plan, const PlannedRun& run) {
  return run.from ? 1 + level_of(plan, *find_run(plan, run.from->run)) : 1;
}

}  // namespace mog
