// Recipes against Table I of the paper.
#include "train/recipe.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mog;

TEST_CASE("the paper's recipes are Table I, the first run as long as the second") {
  const Recipe& ten = find_recipe("cifar10-paper");
  CHECK(ten.stages[0] == StagePlan{Stage::full_precision, 180, Schedule::exponential(1e-3, 120, 0.9)});
  CHECK(ten.stages[1] == StagePlan{Stage::quantized_weights, 180, Schedule::exponential(1e-3, 120, 0.9)});
  CHECK(ten.stages[2] == StagePlan{Stage::quantized, 150, Schedule::exponential(1e-3, 80, 0.9)});
  for (const StagePlan& plan : find_recipe("cifar100-paper").stages) {
    CHECK(plan.epochs == 250);
    CHECK(plan.schedule == Schedule::exponential(1e-3, 150, 0.9));
  }
}

TEST_CASE("short is two epochs at 1e-3 and one at 5e-5, three times") {
  for (const StagePlan& plan : find_recipe("short").stages) {
    CHECK(plan.epochs == 3);
    CHECK(plan.schedule == Schedule::drop(1e-3, 2, 5e-5));
  }
}

TEST_CASE("the paper's recipes keep the running statistics of their steps, the short ones estimate them anew") {
  CHECK(find_recipe("cifar10-paper").statistics_batches == 0);
  CHECK(find_recipe("short").statistics_batches == 20);
  CHECK(find_recipe("short").with_epochs({1, 1, 1}).statistics_batches == 20);
}

TEST_CASE("every recipe decays within its epochs and is found by its name") {
  for (const Recipe& recipe : recipes()) {
    CHECK(&find_recipe(recipe.name) == &recipe);
    for (const StagePlan& plan : recipe.stages) {
      if (plan.epochs > 0) CHECK(plan.schedule.hold <= plan.epochs);
    }
  }
}

TEST_CASE("other numbers of epochs keep the share at the first rate") {
  const Recipe scaled = find_recipe("cifar10-paper").with_epochs({18, 0, 30});
  CHECK(scaled.stages[0].schedule.hold == 12);
  CHECK(scaled.stages[1].epochs == 0);
  CHECK(scaled.stages[2].schedule.hold == 16);
  CHECK(scaled.text() ==
        "full-precision 18 epochs at 0.001, times 0.9 each epoch after 12; "
        "quantized-weights 0 epochs at 0.001, times 0.9 each epoch after 0; "
        "quantized 30 epochs at 0.001, times 0.9 each epoch after 16; batch 50; pad 4, flip");
}

TEST_CASE("other epochs and another rate change what depends on them, and the text says all of it") {
  Recipe recipe = find_recipe("short").with_epochs({0, 0, 6});
  recipe.stages[2].schedule = Schedule::linear(1e-3, 6);
  recipe.stages[2].weight_decay = 0.5;
  recipe.stages[2].frozen_epochs = 2;
  recipe.stages[2].crop = 24;
  recipe.stages[2].crop_epochs = 3;
  recipe.stages[2].teacher = 0.25;
  recipe.stages[2].range = 2;
  recipe.stages[2].average = 0.875;
  recipe.label_smoothing = 0.125;
  recipe.weight_gradients = WeightGradients::blocks;
  recipe.qrelu_slope = QreluSlope::clipped;
  recipe.augment = {.pad = 2, .flip = Flip::alternating};
  const Recipe twice = recipe.with_epochs({0, 0, 12}).with_learning_rate(2e-3);
  CHECK(twice.stages[2].schedule == Schedule::linear(2e-3, 12));
  CHECK(twice.stages[2].frozen_epochs == 4);
  CHECK(twice.stages[2].crop_epochs == 6);
  CHECK(twice.epochs() == 12);
  const std::string text = twice.text();
  for (const char* part :
       {"quantized 12 epochs at 0.002, by a line to 0 over 12, weight decay 0.5, step sizes frozen for the last 4, "
        "crops of 24 for the first 6, teacher's weight 0.25, activations' range 2, weights averaged with decay 0.875",
        "statistics over 20 batches; weight gradients in blocks; slope of clipped ReLUs; labels smoothed "
        "by 0.125",
        "batch 50; pad 2, alternating flip"}) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("unknown names, negative epochs and no epochs at all are refused") {
  CHECK_THROWS_WITH_AS(find_recipe("x"), doctest::Contains("expected one of cifar10-paper, cifar100-paper"),
                       std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(find_recipe("short").with_epochs({1, -1, 1})), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(find_recipe("short").with_epochs({0, 0, 0})), std::invalid_argument);
}
