// Recipes of any number of runs, each with its optimizer, and hooks beside the trainer.
#include <doctest/doctest.h>

#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// Writes down when it is called; holds the first parameter still and doubles the second's gradient.
class Watcher : public TrainHook {
 public:
  [[nodiscard]] std::string text() const override { return "watched"; }
  void begin_epoch(const StagePlan& stage, Index epoch, Parameters<float>& /*parameters*/) override {
    said += concat(stage.name(), ' ', epoch, '\n');
  }
  void before_update(const StagePlan& /*stage*/, Parameters<float>& parameters) override {
    ++updates;
    CHECK_FALSE(parameters.trained()[0].gradient.empty());
    parameters.trained()[0].gradient = Tensor<float>();
  }

  std::string said;
  Index updates = 0;
};

/// A recipe of four runs of one's own, by two optimizers.
TrainOptions four_runs() {
  TrainOptions options = tiny_options();
  options.recipe.stages = {
      {.stage = Stage::full_precision, .epochs = 1, .optimizer = OptimizerKind::sgd, .own_name = "warm-up"},
      {.stage = Stage::full_precision, .epochs = 2, .own_name = "second"},
      {.stage = Stage::quantized_weights, .epochs = 1, .weight_decay = 0.01, .own_name = "third"},
      {.stage = Stage::quantized, .epochs = 2, .optimizer = OptimizerKind::sgd, .own_name = "last-run"}};
  return options;
}

}  // namespace

TEST_CASE("a hook is called before each epoch and each update, and can hold a parameter still") {
  TinyRun run;
  Watcher watcher;
  run.trainer.add_hook(watcher);
  Tensor<float> before(run.parameters.trained()[0].value.shape());
  before.copy_from(run.parameters.trained()[0].value);
  run.trainer.run();
  CHECK(watcher.said ==
        "full-precision 0\nfull-precision 1\nfull-precision 2\nquantized-weights 0\nquantized-weights 1\n"
        "quantized 0\nquantized 1\nquantized 2\n");
  CHECK(watcher.updates == kTinySteps);
  const auto after = run.parameters.trained()[0].value.values();
  CHECK(std::equal(after.begin(), after.end(), before.data()));
}

TEST_CASE("a run is resumed with the same hooks only") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TinyRun first;
  Watcher watcher;
  first.trainer.add_hook(watcher);
  first.trainer.set_folder(folder);
  StepCounter counter(8);
  first.trainer.set_listener(counter);
  first.trainer.set_stop([&] { return counter.reached(); });
  CHECK_FALSE(first.trainer.run().finished);
  TinyRun other;
  other.trainer.set_folder(folder);
  CHECK_THROWS_WITH_AS(other.trainer.resume(), doctest::Contains("another way of training: watched, expected nothing"),
                       DataError);
}

TEST_CASE("a recipe of four runs goes through all of them, and resumes within each to the same bytes") {
  const TemporaryFolder temporary;
  const RunFolder whole(temporary / "whole");
  TinyRun uncut(four_runs());
  uncut.trainer.set_folder(whole);
  const TrainOutcome outcome = uncut.trainer.run();
  std::string names;
  for (const EpochRow& row : outcome.rows) names += row.name() + " ";
  CHECK(names == "warm-up second second third last-run last-run ");
  for (const char* stage : {"warm-up", "second", "third"}) CHECK(std::filesystem::exists(whole.end_of(stage)));

  const RunFolder cut(temporary / "cut");
  for (bool finished = false; !finished;) {  // five steps at a time
    TinyRun part(four_runs());
    part.trainer.set_folder(cut);
    if (std::filesystem::exists(cut.last())) part.trainer.resume();
    Index done = 0;
    part.trainer.set_stop([&] { return done++ == 5; });
    finished = part.trainer.run().finished;
  }
  CHECK(bytes_of_file(cut.last()) == bytes_of_file(whole.last()));
  CHECK(bytes_of_file(cut.best()) == bytes_of_file(whole.best()));
  REQUIRE(read_metrics(cut.metrics()).size() == 6);
  CHECK(read_metrics(cut.metrics())[3].name() == "third");
  CHECK(Checkpoint(cut.last()).header().position.stage == Stage::quantized);
  CHECK(Checkpoint(cut.last()).header().position.own_name == "last-run");
}
