// What goes from one epoch and one stage to the next, and what must not: seen from the network and the folder.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "core/file.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// The tiny network, which notes what it is shown: the sum of each batch's pixels.
struct Watched {
  explicit Watched(const TrainOptions& options = tiny_options())
      : net(parameters, 2),
        trainer(
            parameters,
            [this](Pass<float>& pass, const Variable<float>& images) {
              const auto values = images.value.values();
              const double sum = std::accumulate(values.begin(), values.end(), 0.0);
              if (pass.training) (pass.tape.recording() ? learned : counted).push_back(sum);
              return net(pass, images);
            },
            tiny_data(), options, TinyRun::description()) {}

  /// The batches of one epoch of six.
  [[nodiscard]] std::vector<double> epoch(std::size_t number) const {
    const auto first = learned.begin() + static_cast<std::ptrdiff_t>(6 * number);
    return {first, first + 6};
  }

  Parameters<float> parameters{7};
  TinyNet net;
  std::vector<double> learned;  // in the order in which they were learned from ...
  std::vector<double> counted;  // ... and in which statistics were estimated from them
  Trainer trainer;
};

}  // namespace

TEST_CASE("every epoch of every stage has an order and an augmentation of its own") {
  Watched run;
  run.trainer.run();
  REQUIRE(run.learned.size() == static_cast<std::size_t>(kTinySteps));
  std::set<double> different(run.learned.begin(), run.learned.end());
  CHECK(different.size() == run.learned.size());
}

TEST_CASE("statistics are estimated from the batches of the epoch that has just ended") {
  TrainOptions options = tiny_options();
  options.recipe.statistics_batches = 3;
  Watched run(options);
  run.trainer.run();
  REQUIRE(run.counted.size() == 8 * 3);
  for (std::size_t epoch = 0; epoch < 8; ++epoch) {
    for (std::size_t batch = 0; batch < 3; ++batch) CHECK(run.counted[3 * epoch + batch] == run.epoch(epoch)[batch]);
  }
}

TEST_CASE(
    "each stage begins with a new Adam: its first step moves a weight by the learning rate, whatever was before") {
  TinyRun run;
  std::vector<float> before;
  Index step = 0;
  run.trainer.set_stop([&] {
    const auto weights = run.parameters.find("head.weight")->value.values();
    if (step == 3 * 6 + 1 || step == 5 * 6 + 1) {  // after the first step of the second and the third stage
      for (std::size_t i = 0; i < before.size(); ++i) {
        const double move = std::abs(double{weights[i]} - double{before[i]});
        CHECK((move == 0 || move == doctest::Approx(1e-3).epsilon(0.01).scale(0)));
      }
    }
    before.assign(weights.begin(), weights.end());
    ++step;
    return false;
  });
  run.trainer.run();
  CHECK(step == kTinySteps);
}

TEST_CASE("the best checkpoint is the first of equals, and only of the last stage") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  Parameters<float> parameters(7);
  TinyNet net(parameters);
  const Network decided = [&](Pass<float>& pass, const Variable<float>& images) {  // learns, but is asked in vain
    if (pass.training) return net(pass, images);
    const Tensor<float> same = pass.tape.make({images.shape()[0], kTinyClasses});
    same.fill(0);
    return Variable<float>{same, {}};
  };
  Trainer trainer(parameters, decided, tiny_data(), tiny_options(), TinyRun::description());
  trainer.set_folder(folder);
  Index steps = 0;
  trainer.set_stop([&] {
    if (++steps <= 5 * 6) CHECK_FALSE(std::filesystem::exists(folder.best()));
    return false;
  });
  const TrainOutcome outcome = trainer.run();
  for (const EpochRow& row : outcome.rows) CHECK(row.test_accuracy == 8.0 / 30);  // of labels 0
  const Position best = Checkpoint(folder.best()).header().position;
  CHECK(best.stage == Stage::quantized);
  CHECK(best.epoch == 1);
  CHECK(best.best_accuracy == 8.0 / 30);
}

TEST_CASE("rows of metrics.csv beyond the checkpoint are written again, not kept") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  const auto train = [&](Index steps, const TrainOptions& options) {
    TinyRun run(options);
    StepCounter counter(steps);
    attach(run, folder, counter);
    return run.trainer.run().rows;
  };
  train(8, tiny_options());  // in the second epoch
  std::vector<EpochRow> rows = read_metrics(folder.metrics());
  REQUIRE(rows.size() == 1);
  for (const auto& [stage, epoch] : {std::pair{Stage::full_precision, 2}, {Stage::quantized, 1}}) {
    rows.push_back({.stage = stage, .epoch = epoch, .test_accuracy = 0.123});
  }
  write_file(folder.metrics(), metrics_text(rows));
  const std::vector<EpochRow> all = train(-1, tiny_options());
  CHECK(all.size() == 8);
  for (const EpochRow& row : all) CHECK(row.test_accuracy != 0.123);
}

TEST_CASE("rows of metrics.csv that stand twice, or in another order, are refused") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  {
    TinyRun run(tiny_options());
    run.trainer.set_folder(folder);
    run.trainer.run();
  }
  const std::vector<EpochRow> rows = read_metrics(folder.metrics());
  REQUIRE(rows.size() == 8);
  std::vector<EpochRow> twice = rows, exchanged = rows;
  twice.insert(twice.begin() + 1, rows[0]);
  std::swap(exchanged.front(), exchanged.back());
  for (const auto& bad : {twice, exchanged}) {
    write_file(folder.metrics(), metrics_text(bad));
    TinyRun run(tiny_options());
    run.trainer.set_folder(folder);
    CHECK_THROWS_WITH_AS(run.trainer.resume(), doctest::Contains("metrics.csv: line 3: epoch "), DataError);
  }
}

TEST_CASE("a run with another seed of its pictures' order is another run") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TrainOptions options = tiny_options();
  {
    TinyRun run(options);
    run.trainer.set_folder(folder);
    run.trainer.run();
  }
  options.seed += 1;
  TinyRun run(options);
  run.trainer.set_folder(folder);
  CHECK_THROWS_WITH_AS(run.trainer.resume(),
                       doctest::Contains("another way of training: data seed 9, expected data seed 10"), DataError);
}
