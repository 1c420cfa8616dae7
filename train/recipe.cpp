// The recipes that have names: Table I of the paper, and shorter ones.
#include "train/recipe.hpp"

#include "core/error.hpp"

namespace mog {
namespace {

Recipe make(const std::string& name, const std::string& about, const std::array<Index, kStages>& epochs,
            const std::array<Schedule, kStages>& schedules) {
  Recipe recipe;
  recipe.name = name;
  recipe.about = about;
  constexpr std::array kOrder{Stage::full_precision, Stage::quantized_weights, Stage::quantized};
  for (std::size_t i = 0; i < kStages; ++i) recipe.stages[i] = {kOrder[i], epochs[i], schedules[i]};
  return recipe;
}

/// 1e-3 for the first two thirds of an epoch count, 5e-5 for the rest: what a run too short for a slow decay needs.
Recipe make_short(const std::string& name, const std::string& about, const std::array<Index, kStages>& epochs) {
  std::array<Schedule, kStages> schedules;
  for (std::size_t i = 0; i < kStages; ++i) schedules[i] = Schedule::drop(1e-3, (2 * epochs[i] + 1) / 3, 5e-5);
  Recipe recipe = make(name, about, epochs, schedules);
  recipe.statistics_batches = 20;
  return recipe;
}

std::vector<Recipe> make_recipes() {
  constexpr double kFirst = 1e-3, kRate = 0.9;  // Table I
  // The length of the first run is not published: it takes the second run's.
  const Schedule ten = Schedule::exponential(kFirst, 120, kRate);
  const Schedule ten_quantized = Schedule::exponential(kFirst, 80, kRate);
  const Schedule hundred = Schedule::exponential(kFirst, 150, kRate);
  return {
      make("cifar10-paper", "Table I for CIFAR-10: 180, 180 and 150 epochs", {180, 180, 150},
           {ten, ten, ten_quantized}),
      make("cifar100-paper", "Table I for CIFAR-100: 250 epochs each", {250, 250, 250}, {hundred, hundred, hundred}),
      make_short("hour", "15, 12 and 12 epochs", {15, 12, 12}),
      make_short("short", "3 epochs each (the default)", {3, 3, 3}),
      make_short("demo", "6, 4 and 5 epochs, enough for the built-in images", {6, 4, 5}),
  };
}

}  // namespace

Recipe Recipe::with_epochs(const std::array<Index, kStages>& epochs) const {
  Recipe other = *this;
  Index total = 0;
  for (std::size_t i = 0; i < kStages; ++i) {
    require(epochs[i] >= 0, "recipe: ", epochs[i], " epochs, expected 0 or more");
    if (stages[i].epochs > 0) other.stages[i].schedule = stages[i].schedule.scaled(stages[i].epochs, epochs[i]);
    other.stages[i].epochs = epochs[i];
    total += epochs[i];
  }
  require(total > 0, "recipe: no epochs in any of the three runs");
  return other;
}

std::string Recipe::text() const {
  std::string text;
  for (const StagePlan& plan : stages) {
    text +=
        concat(text.empty() ? "" : "; ", mog::name(plan.stage), " ", plan.epochs, " epochs at ", plan.schedule.text());
  }
  if (statistics_batches > 0) text += concat("; statistics over ", statistics_batches, " batches");
  return text;
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = make_recipes();
  return all;
}

const Recipe& find_recipe(const std::string& name) {
  std::string names;
  for (const Recipe& recipe : recipes()) {
    if (recipe.name == name) return recipe;
    names += (names.empty() ? "" : ", ") + recipe.name;
  }
  throw std::invalid_argument(concat("recipe: ", name, ": unknown, expected one of ", names));
}

}  // namespace mog
