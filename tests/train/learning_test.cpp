// What a step learns with: rates, step sizes, what is frozen, statistics, a teacher's answers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

TEST_CASE("statistics that are estimated anew are the mean over the batches, whatever they were before") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 0, 0});
  options.recipe.stages[0].schedule = Schedule::constant(1e-12);  // the weights stay as they are
  const auto statistics = [&](Index batches, float begin) {
    options.recipe.statistics_batches = batches;
    TinyRun run(options);
    for (const auto& buffer : run.parameters.buffers()) buffer.value.fill(begin);
    run.trainer.run();
    std::vector<float> values;
    for (const auto& buffer : run.parameters.buffers()) {
      values.insert(values.end(), buffer.value.values().begin(), buffer.value.values().end());
    }
    return values;
  };
  CHECK(statistics(0, 0.0F) != statistics(0, 100.0F));
  CHECK(statistics(4, 0.0F) == statistics(4, 100.0F));
  CHECK(statistics(1, 0.0F) != statistics(4, 0.0F));
}

TEST_CASE("every epoch learns at the rate of its schedule: none at a rate of 0") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({2, 0, 0});
  options.recipe.stages[0].schedule = Schedule::drop(1e-3, 1, 0);
  const auto weights_after = [&](Index epochs) {
    TinyRun run(options);
    StepCounter counter(6 * epochs);
    run.trainer.set_listener(counter);
    run.trainer.set_stop([&] { return counter.reached(); });
    run.trainer.run();
    const auto weights = run.parameters.find("conv.weight")->value.values();
    return std::vector<float>(weights.begin(), weights.end());
  };
  CHECK(weights_after(0) != weights_after(1));
  CHECK(weights_after(1) == weights_after(2));
}

TEST_CASE("a line falls within the epoch: the last step of the run is a hundredth of the first") {
  TrainOptions options = tiny_options();
  options.overfit_batch = true;  // 100 steps
  options.recipe = options.recipe.with_epochs({1, 0, 0});
  options.recipe.stages[0].schedule = Schedule::linear(1e-3, 1);
  TinyRun run(options);
  std::vector<float> before;
  double first = 0, last = 0;  // largest moves of a weight; Adam's first one is the rate itself
  Index steps = 0;
  run.trainer.set_stop([&] {
    const auto weights = run.parameters.find("conv.weight")->value.values();
    double move = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
      move = std::max(move, std::abs(double{weights[i]} - double{before[i]}));
    before.assign(weights.begin(), weights.end());
    if (++steps == 2) first = move;
    last = move;
    return false;
  });
  const TrainOutcome outcome = run.trainer.run();
  CHECK(first == doctest::Approx(0.995e-3).epsilon(1e-3).scale(0));
  CHECK(last < 0.05 * first);
  CHECK(outcome.rows[0].learning_rate == doctest::Approx(0.5e-3).scale(0));
}

TEST_CASE("step sizes are new in each epoch but the frozen ones") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({0, 4, 0});
  options.recipe.stages[1].frozen_epochs = 2;
  options.recipe.stages[1].schedule = Schedule::constant(1e-2);
  TinyRun run(options);
  std::vector<float> sizes;
  run.trainer.set_stop([&] {
    sizes.push_back(run.parameters.find_buffer("conv.weight.step")->value[0]);
    return false;
  });
  run.trainer.run();
  REQUIRE(sizes.size() == 24);
  // Looked at before each step, which is after an epoch's beginning.
  CHECK(sizes[1] != sizes[7]);
  CHECK(sizes[7] == sizes[11]);
  CHECK(sizes[7] == sizes[13]);
  CHECK(sizes[7] == sizes[23]);
}

TEST_CASE("parameters are frozen in the frozen epochs of a run, and in no other, where it is resumed too") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 3, 0});
  options.recipe.stages[1].frozen_epochs = 2;
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  std::vector<bool> frozen;
  const auto steps_of = [&](bool resumed, std::size_t most) {
    TinyRun run(options);
    run.trainer.set_folder(folder);
    if (resumed) run.trainer.resume();
    std::size_t steps = 0;
    run.trainer.set_stop([&] {
      if (steps++ == most) return true;
      frozen.push_back(run.parameters.frozen());
      return false;
    });
    run.trainer.run();
  };
  steps_of(false, 14);  // within the second run's second epoch
  steps_of(true, 100);
  std::vector<bool> expected(24);
  std::fill(expected.begin() + 12, expected.end(), true);
  CHECK(frozen == expected);
}

TEST_CASE("a teacher counts where the plan gives it a weight, and is part of how a run is trained") {
  const TemporaryFolder temporary;
  TrainOptions options = tiny_options();
  const auto loss_of_last = [&](double weight, const RunFolder* folder) {
    options.recipe.stages[2].teacher = weight;
    TinyRun run(options), other(options);
    run.trainer.set_teacher({.network = std::ref(other.net), .stage = Stage::full_precision, .name = "other"});
    if (folder != nullptr) run.trainer.set_folder(*folder);
    const std::vector<EpochRow> rows = run.trainer.run().rows;
    CHECK(other.parameters.find_buffer("norm.mean")->value[0] == 0);  // it answers, but learns nothing
    return rows;
  };
  const auto without = loss_of_last(0, nullptr), with = loss_of_last(0.5, nullptr);
  CHECK(without[4].train_loss == with[4].train_loss);
  CHECK(without[5].train_loss != with[5].train_loss);
  const RunFolder folder(temporary / "run");
  loss_of_last(0.5, &folder);
  TinyRun without_teacher(options);
  without_teacher.trainer.set_folder(folder);
  CHECK_THROWS_WITH_AS(without_teacher.trainer.resume(), doctest::Contains("another way of training"), DataError);
}

TEST_CASE("one batch alone is learned by heart") {
  TrainOptions options = tiny_options();
  options.overfit_batch = true;
  options.recipe = options.recipe.with_epochs({8, 0, 0});
  options.recipe.stages[0].schedule = Schedule::constant(0.01);
  TinyRun run(options);
  const TrainOutcome outcome = run.trainer.run();
  CHECK(outcome.rows.back().train_loss < 0.05);
  CHECK(outcome.rows.back().test_accuracy == 1);
}
