// What a recipe can be turned into: other lengths, other rates, its line of text.
#include "train/recipe.hpp"

#include <cmath>
#include <set>

#include "core/error.hpp"
#include "train/recipe_file.hpp"

namespace mog {

const char* name(OptimizerKind kind) { return kind == OptimizerKind::adam ? "adam" : "sgd"; }

Recipe Recipe::with_epochs(const std::vector<Index>& epochs) const {
  require(epochs.size() == stages.size(), "recipe: epochs of ", epochs.size(), " runs, expected of ", stages.size());
  Recipe other = *this;
  Index total = 0;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    require(epochs[i] >= 0 && epochs[i] <= kMostEpochs, "recipe: ", epochs[i], " epochs, expected 0 to ", kMostEpochs);
    StagePlan& plan = other.stages[i];
    if (plan.epochs > 0) {
      plan.schedule = plan.schedule.scaled(plan.epochs, epochs[i]);
      plan.frozen_epochs = plan.frozen_epochs * epochs[i] / plan.epochs;
      plan.crop_epochs = plan.crop_epochs * epochs[i] / plan.epochs;
    }
    plan.epochs = epochs[i];
    total += epochs[i];
  }
  require(total > 0, "recipe: no epochs in any run");
  return other;
}

Recipe Recipe::with_learning_rate(double first) const {
  Recipe other = *this;
  for (StagePlan& plan : other.stages) plan.schedule = plan.schedule.from(first);
  return other;
}

Index Recipe::epochs() const {
  Index total = 0;
  for (const StagePlan& plan : stages) total += plan.epochs;
  return total;
}

std::string Recipe::text() const {
  std::string text;
  for (const StagePlan& plan : stages) {
    text += concat(text.empty() ? "" : "; ", plan.name(), " ", plan.epochs, " epochs at ", plan.schedule.text());
    if (plan.weight_decay > 0) text += concat(", weight decay ", plan.weight_decay);
    if (plan.frozen_epochs > 0) text += concat(", step sizes frozen for the last ", plan.frozen_epochs);
    if (plan.crop_epochs > 0) text += concat(", crops of ", plan.crop, " for the first ", plan.crop_epochs);
    if (plan.teacher > 0) text += concat(", teacher's weight ", plan.teacher);
    if (!plan.own_name.empty()) text += concat(", as ", mog::name(plan.stage));
    if (plan.rho > 0) text += concat(", rho ", plan.rho);
    if (plan.range != 1) text += concat(", activations' range ", plan.range);
    if (plan.average > 0) text += concat(", weights averaged with decay ", plan.average);
    if (plan.optimizer == OptimizerKind::sgd) text += concat(", by sgd with momentum ", plan.momentum);
  }
  if (statistics_batches > 0) text += concat("; statistics over ", statistics_batches, " batches");
  if (weight_gradients == WeightGradients::blocks) text += "; weight gradients in blocks";
  if (qrelu_slope == QreluSlope::clipped) text += "; slope of clipped ReLUs";
  if (label_smoothing > 0) text += concat("; labels smoothed by ", label_smoothing);
  text += concat("; batch ", batch, "; pad ", augment.pad);
  if (augment.flip != Flip::none) text += augment.flip == Flip::random ? ", flip" : ", alternating flip";
  return text;
}

void check(const Recipe& recipe) {
  require(recipe.batch >= 2 && recipe.batch <= kMostBatch, "recipe: batch of ", recipe.batch, ", expected 2 to ",
          kMostBatch);
  require(recipe.augment.pad >= 0, "recipe: padding ", recipe.augment.pad, ", expected 0 or more");
  require(recipe.label_smoothing >= 0 && recipe.label_smoothing < 1, "recipe: label smoothing ", recipe.label_smoothing,
          ", expected 0 <= it < 1");
  require(std::isfinite(recipe.temperature) && recipe.temperature > 0, "recipe: temperature ", recipe.temperature,
          ", expected more than 0");
  require(recipe.statistics_batches >= 0 && recipe.statistics_batches <= 100, "recipe: statistics over ",
          recipe.statistics_batches, " batches, expected 0 to 100");
  std::set<std::string> names;
  for (const StagePlan& plan : recipe.stages) {
    const std::string stage = plan.name();
    require(names.insert(stage).second, "recipe: two runs are called ", stage);
    require(plan.momentum >= 0 && plan.momentum < 1, "recipe: ", stage, ": momentum ", plan.momentum,
            ", expected 0 <= it < 1");
    require(plan.average >= 0 && plan.average < 1, "recipe: ", stage, ": average ", plan.average,
            ", expected 0 <= it < 1");
    require(std::isfinite(plan.range) && plan.range > 0, "recipe: ", stage, ": activations' range ", plan.range,
            ", expected more than 0");
    require(std::isfinite(plan.rho) && plan.rho >= 0, "recipe: ", stage, ": rho ", plan.rho, ", expected 0 or more");
    require(plan.rho == 0 || plan.stage == Stage::full_precision, "recipe: ", stage, ": rho ", plan.rho,
            " where weights are quantized, expected quantize = nothing");
    if (plan.epochs > 0) check(plan.schedule);
    require(plan.epochs >= 0 && plan.epochs <= kMostEpochs, "recipe: ", stage, ": ", plan.epochs,
            " epochs, expected 0 to ", kMostEpochs);
    require(plan.weight_decay >= 0 && plan.weight_decay < 1, "recipe: ", stage, ": weight decay ", plan.weight_decay,
            ", expected 0 <= it < 1");
    require(plan.frozen_epochs >= 0 && plan.frozen_epochs <= plan.epochs, "recipe: ", stage, ": ", plan.frozen_epochs,
            " epochs with frozen step sizes, expected 0 to ", plan.epochs);
    require(plan.crop_epochs >= 0 && plan.crop_epochs <= plan.epochs, "recipe: ", stage, ": ", plan.crop_epochs,
            " epochs with crops, expected 0 to ", plan.epochs);
    require(plan.crop_epochs == 0 || plan.crop >= 1, "recipe: ", stage, ": crops of ", plan.crop,
            " pixels, expected at least 1");
    require(plan.teacher >= 0 && plan.teacher <= 1, "recipe: ", stage, ": teacher's weight ", plan.teacher,
            ", expected 0 to 1");
  }
  require(recipe.epochs() > 0, "recipe: no epochs in any run");
}

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = built_in_recipes();
  return all;
}

const Recipe& find_recipe(const std::string& name) {
  std::string names;
  for (const Recipe& recipe : recipes()) {
    if (recipe.name == name) return recipe;
    names += (names.empty() ? "" : ", ") + recipe.name;
  }
  throw std::invalid_argument(concat("recipe: ", name, ": unknown, expected one of ", names, ", or a file NAME.ini"));
}

}  // namespace mog
