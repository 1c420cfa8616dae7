// The table of ingredients, and how each is taken out and put in.
#include "reproduce/ablations.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace mog {
namespace {

/// Something that a recipe has or has not.
struct Ingredient {
  const char* name;
  const char* what;
  bool (*has)(const Recipe&);
  void (*add)(Recipe&);
  void (*remove)(Recipe&);
};

bool falls_by_the_step(const Schedule& schedule) {
  return schedule.kind == Schedule::Kind::linear || schedule.kind == Schedule::Kind::cosine;
}

template <class Change>
void change_stages(Recipe& recipe, const Change& change) {
  for (std::size_t i = 0; i < kStages; ++i) {
    if (recipe.stages[i].epochs > 0) change(recipe.stages[i], i);
  }
}

/// Table I's schedule for a stage, from the same first rate and over as many epochs as the stage has.
void take_paper_rates(StagePlan& plan, std::size_t i) {
  const StagePlan& paper = find_recipe("cifar10-paper").stages[i];
  plan.schedule = paper.schedule.scaled(paper.epochs, plan.epochs).from(plan.schedule.first);
}

/// Other lengths; a stage that had none trains like the one after it.
void set_epochs(Recipe& recipe, const std::array<Index, kStages>& epochs) {
  for (std::size_t i = kStages - 1; i-- > 0;) {
    if (recipe.stages[i].epochs > 0 || epochs[i] == 0) continue;
    const Stage stage = recipe.stages[i].stage;
    recipe.stages[i] = recipe.stages[i + 1];
    recipe.stages[i].stage = stage;
  }
  recipe = recipe.with_epochs({epochs.begin(), epochs.end()});
}

/// All epochs of a recipe shared out as the paper does: 180, 180 and 150 of 510.
std::array<Index, kStages> paper_shares(Index epochs) {
  const Recipe& paper = find_recipe("cifar10-paper");
  std::array<Index, kStages> shares{};
  for (std::size_t i = 0; i + 1 < kStages; ++i) {
    shares[i] =
        std::llround(static_cast<double>(epochs * paper.stages[i].epochs) / static_cast<double>(paper.epochs()));
  }
  shares.back() = epochs - shares[0] - shares[1];
  return shares;
}

const std::vector<Ingredient>& ingredients() {
  constexpr double kSmoothing = 0.1, kDecay = 1e-4, kAverage = 0.999;
  static const std::vector<Ingredient> all = {
      {"alternating-flips", "every other epoch shows a picture mirrored, not as a coin falls",
       [](const Recipe& recipe) { return recipe.augment.flip == Flip::alternating; },
       [](Recipe& recipe) { recipe.augment.flip = Flip::alternating; },
       [](Recipe& recipe) { recipe.augment.flip = Flip::random; }},
      {"falling-rates", "the learning rate falls with every step, not by Table I's drop",
       [](const Recipe& recipe) { return falls_by_the_step(recipe.stages.back().schedule); },
       [](Recipe& recipe) {
         change_stages(recipe, [](StagePlan& plan, std::size_t) {
           plan.schedule = Schedule::linear(plan.schedule.first, plan.epochs);
         });
       },
       [](Recipe& recipe) { change_stages(recipe, take_paper_rates); }},
      {"clipped-slope", "gradients pass quantized ReLUs where codes change, not as far as 1 on both sides",
       [](const Recipe& recipe) { return recipe.qrelu_slope == QreluSlope::clipped; },
       [](Recipe& recipe) { recipe.qrelu_slope = QreluSlope::clipped; },
       [](Recipe& recipe) { recipe.qrelu_slope = QreluSlope::wide; }},
      {"activation-range", "the largest code lies at two deviations as the quantized run begins, not at one",
       [](const Recipe& recipe) { return recipe.stages.back().range != 1; },
       [](Recipe& recipe) { recipe.stages.back().range = 2; }, [](Recipe& recipe) { recipe.stages.back().range = 1; }},
      {"label-smoothing", "labels smoothed", [](const Recipe& recipe) { return recipe.label_smoothing > 0; },
       [](Recipe& recipe) { recipe.label_smoothing = kSmoothing; }, [](Recipe& recipe) { recipe.label_smoothing = 0; }},
      {"weight-decay", "decoupled weight decay",
       [](const Recipe& recipe) {
         return std::any_of(recipe.stages.begin(), recipe.stages.end(),
                            [](const StagePlan& plan) { return plan.weight_decay > 0; });
       },
       [](Recipe& recipe) { change_stages(recipe, [](StagePlan& plan, std::size_t) { plan.weight_decay = kDecay; }); },
       [](Recipe& recipe) { change_stages(recipe, [](StagePlan& plan, std::size_t) { plan.weight_decay = 0; }); }},
      {"weight-average", "a moving average of the weights is measured, not the weights",
       [](const Recipe& recipe) { return recipe.stages.back().average > 0; },
       [](Recipe& recipe) { change_stages(recipe, [](StagePlan& plan, std::size_t) { plan.average = kAverage; }); },
       [](Recipe& recipe) { change_stages(recipe, [](StagePlan& plan, std::size_t) { plan.average = 0; }); }},
      {"quantized-weights", "a run with quantized weights and float activations between the first and the last",
       [](const Recipe& recipe) { return recipe.stages[1].epochs > 0; },
       [](Recipe& recipe) {
         const Index last = recipe.stages[2].epochs;
         set_epochs(recipe, {recipe.stages[0].epochs, last / 2, last - last / 2});
       },
       [](Recipe& recipe) {
         set_epochs(recipe, {recipe.stages[0].epochs, 0, recipe.stages[1].epochs + recipe.stages[2].epochs});
       }},
  };
  return all;
}

Variant variant_of(const Recipe& base, const Ingredient& ingredient) {
  const bool has = ingredient.has(base);
  Variant variant{.name = concat(has ? "without-" : "with-", ingredient.name),
                  .what = concat(has ? "without: " : "with: ", ingredient.what),
                  .recipe = base};
  (has ? ingredient.remove : ingredient.add)(variant.recipe);
  variant.recipe.name = variant.name;
  variant.recipe.about = concat(base.name, ", ", variant.what);
  return variant;
}

}  // namespace

std::vector<Variant> variants_of(const Recipe& base) {
  std::vector<Variant> variants = {{"base", concat("the recipe ", base.name), base}};
  for (const Ingredient& ingredient : ingredients()) variants.push_back(variant_of(base, ingredient));
  Variant paper{.name = "paper", .what = "Table I's recipe at as many epochs", .recipe = find_recipe("cifar10-paper")};
  set_epochs(paper.recipe, paper_shares(base.epochs()));
  paper.recipe.name = paper.name;
  paper.recipe.about = concat(paper.what, " as ", base.name);
  variants.push_back(paper);
  return variants;
}

}  // namespace mog
