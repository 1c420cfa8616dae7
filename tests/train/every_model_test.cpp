// Every model that the program knows, through every run of its recipe: a batch is learned by heart in each, and a run that
// is stopped in any of them comes to the same bytes.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "core/parallel.hpp"
#include "models/model.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"
#include "train/admm.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// A model as small as it can be asked for, and the short recipe of its own.
struct Case {
  std::string model;
  ModelWords words;
  std::string recipe;

  [[nodiscard]] ModelChoice choice() const {
    return {.model = model, .words = find_model(model).complete(words), .classes = kTinyClasses};
  }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"mognet", {{"n", "8"}, {"g", "2"}}, "short"},
      {"resnet20", {{"maps", "8"}, {"weights", "ternary"}}, "short"},
      {"etd-resnet20", {}, "etd-short"},
      {"etd-resnet32", {}, "etd-short"},
      {"slbf-resnet18", {{"maps", "8"}}, "slbf-short"},
      {"slbf-vgg16", {{"maps", "8"}}, "slbf-short"},
      {"hybrid-resnet20", {{"maps", "4"}}, "hybrid-binary-short"},
      {"hybrid-vgg19", {{"maps", "4"}}, "hybrid-binary-short"},
      {"hybrid-mobilenet", {{"width", "1/8"}}, "hybrid-banks-short"},
  };
  return all;
}

/// The runs of a case's recipe, each so many epochs at one rate; those that are frozen are so all along.
TrainOptions options_of(const Case& one, Index epochs, double rate) {
  TrainOptions options{.recipe = find_recipe(one.recipe), .seed = 9};
  options.recipe.batch = 10;
  options.recipe.label_smoothing = 0;
  options.recipe.statistics_batches = 1;
  for (StagePlan& plan : options.recipe.stages) {
    plan.frozen_epochs = plan.frozen_epochs == plan.epochs ? epochs : 0;
    plan.epochs = epochs;
    plan.schedule = Schedule::constant(rate);
    plan.optimizer = OptimizerKind::adam;
  }
  return options;
}

struct ModelRun {
  ModelRun(const Case& one, const DatasetPair& data, const TrainOptions& options)
      : net(one.choice().make(parameters)), trainer(parameters, std::ref(net), data, options, TinyRun::description()) {
    if (one.recipe == "etd-short") trainer.add_hook(admm.emplace(net));
  }

  Parameters<float> parameters{7};
  Graph<float> net;
  std::optional<Admm> admm;
  Trainer trainer;
};

/// Noisy pictures of the smallest size that a model takes, but not below 8.
DatasetPair pictures_for(const Case& one, Index count) {
  const Index side = std::max<Index>(8, find_model(one.model).side_multiple);
  return {.train = tiny_images(count, 0, side), .test = tiny_images(4, 1, side)};
}

}  // namespace

TEST_CASE("no model is missing here") {
  for (const ModelKind& kind : models()) {
    CAPTURE(kind.name);
    CHECK(std::any_of(cases().begin(), cases().end(), [&](const Case& one) { return one.model == kind.name; }));
  }
}

TEST_CASE("every model learns a batch by heart in every run of its recipe: all of its pictures are right") {
  const ThreadLimit single(1);  // small layers: more threads would wait for each other
  for (const Case& one : cases()) {
    CAPTURE(one.model);
    const DatasetPair data = pictures_for(one, 10);
    const bool floats = one.recipe == "etd-short";
    TrainOptions options = options_of(one, floats ? 1 : 2, 0.003);  // of 100 steps
    options.overfit_batch = true;
    ModelRun run(one, data, options);
    const TrainOutcome outcome = run.trainer.run();
    for (const StagePlan& plan : options.recipe.stages) {
      double best = 0;
      for (const EpochRow& row : outcome.rows) {
        if (row.name() == plan.name()) best = std::max(best, row.test_accuracy);
      }
      INFO(plan.name());
      CHECK(best == 1);
    }
  }
}

TEST_CASE("a run of any model that is stopped in any run of its recipe, and resumed, comes to the same bytes") {
  constexpr Index kSteps = 2;   // of an epoch
  const ThreadLimit single(1);  // small layers: more threads would wait for each other
  for (const Case& one : cases()) {
    CAPTURE(one.model);
    const DatasetPair data = pictures_for(one, 10 * kSteps);
    const TrainOptions options = options_of(one, 2, 0.001);
    const TemporaryFolder temporary;
    const auto go_on = [&](const RunFolder& folder, Index steps) {
      ModelRun run(one, data, options);
      StepCounter counter(steps);
      run.trainer.set_folder(folder);
      run.trainer.set_listener(counter);
      run.trainer.set_stop([&counter] { return counter.reached(); });
      if (std::filesystem::exists(folder.last())) run.trainer.resume();
      return run.trainer.run().finished;
    };
    const RunFolder whole(temporary / "whole");
    REQUIRE(go_on(whole, -1));
    const std::string expected = bytes_of_file(whole.last());
    const auto stages = static_cast<Index>(options.recipe.stages.size());
    for (Index stage = 0; stage < stages; ++stage) {  // within its second epoch
      const RunFolder folder(temporary / concat("stopped", stage));
      CAPTURE(stage);
      REQUIRE_FALSE(go_on(folder, (2 * stage + 1) * kSteps + 1));
      REQUIRE(go_on(folder, -1));
      CHECK((bytes_of_file(folder.last()) == expected));
    }
  }
}
