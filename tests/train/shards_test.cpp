// A batch in shards: the same bytes on any number of threads and wherever a run was cut in two; normalisation and
// gradients are those of the whole batch.
#include <doctest/doctest.h>

#include "core/forked_shards.hpp"
#include "core/parallel.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"
#include "train/evaluate.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

TrainOptions in_shards(int shards, TrainOptions options = tiny_options()) {
  options.shards = shards;
  return options;
}

/// Trains in the folder, from where it stopped if it did, and stops after so many steps, or at the end. Returns whether
/// it came to the end.
bool train(const RunFolder& folder, const TrainOptions& options, int threads, Index steps = -1) {
  set_threads(1);
  TinyRun run(options);
  StepCounter counter(steps);
  attach(run, folder, counter);
  bool finished = false;
  ForkedShards processes(options.shards, 10'000);
  processes.run([&](Communicator& me) {
    set_threads(threads);
    run.trainer.set_shards(me);
    finished = run.trainer.run().finished;
    return 0;
  });
  return finished;
}

struct Files {
  std::string last, best;
  friend bool operator==(const Files&, const Files&) = default;
};

Files trained(const TrainOptions& options, int threads, Index cut = -1) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  if (cut > 0) CHECK_FALSE(train(folder, options, threads, cut));
  CHECK(train(folder, options, threads));
  return {bytes_of_file(folder.last()), bytes_of_file(folder.best())};
}

}  // namespace

TEST_CASE("a run in shards ends in the same bytes on any number of threads, stopped and resumed or not") {
  for (const int shards : {2, 3}) {
    const TrainOptions options = in_shards(shards);
    const Files whole = trained(options, 1);
    CHECK(trained(options, 2) == whole);
    for (const Index cut : {1, 5, 17, 31, 45}) CHECK(trained(options, 1, cut) == whole);
  }
}

TEST_CASE("with weight gradients in blocks, too, a run in shards ends in the same bytes") {
  TrainOptions options = in_shards(2);
  options.recipe.weight_gradients = WeightGradients::blocks;
  const Files whole = trained(options, 1);
  CHECK(trained(options, 2) == whole);
  CHECK(trained(options, 1, 41) == whole);  // within an epoch of the last run, the only one whose activations are codes
}

TEST_CASE("a first step in shards moves the weights as the whole batch does, but for rounding") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 0, 0});
  options.recipe.batch = 10;
  options.max_steps = 1;
  set_threads(1);
  TinyRun whole(options);
  whole.trainer.run();
  for (const int shards : {2, 5, 10}) {
    TinyRun run(in_shards(shards, options));
    double furthest = 0;
    ForkedShards(shards, 10'000).run([&](Communicator& me) {
      run.trainer.set_shards(me);
      run.trainer.run();
      return 0;
    });
    for (std::size_t p = 0; p < run.parameters.trained().size(); ++p) {
      const auto a = run.parameters.trained()[p].value.values(), b = whole.parameters.trained()[p].value.values();
      for (std::size_t i = 0; i < a.size(); ++i) furthest = std::max(furthest, std::abs(double{a[i]} - double{b[i]}));
    }
    CAPTURE(shards);
    CHECK(furthest > 0);     // sums were rounded in another order
    CHECK(furthest < 2e-3);  // Adam's first step is as long as the rate, 0.001, in either direction
    Index moved_otherwise = 0, all = 0;
    for (std::size_t p = 0; p < run.parameters.trained().size(); ++p) {
      const auto a = run.parameters.trained()[p].value.values(), b = whole.parameters.trained()[p].value.values();
      all += static_cast<Index>(a.size());
      for (std::size_t i = 0; i < a.size(); ++i) moved_otherwise += std::abs(a[i] - b[i]) > 1e-5F ? 1 : 0;
    }
    CHECK(moved_otherwise * 50 < all);  // gradients of 0, whose sign is rounding
  }
}

TEST_CASE("a first step of plain descent in shards is as long as the whole batch's: gradients are of a mean over all") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 0, 0}).with_learning_rate(0.1);
  options.recipe.batch = 10;
  options.recipe.stages[0].optimizer = OptimizerKind::sgd;  // Adam's first step forgets how long a gradient is
  options.max_steps = 1;
  set_threads(1);
  const TinyRun before(options);
  TinyRun whole(options);
  whole.trainer.run();
  for (const int shards : {2, 3, 10}) {
    TinyRun run(in_shards(shards, options));
    ForkedShards(shards, 10'000).run([&](Communicator& me) {
      run.trainer.set_shards(me);
      run.trainer.run();
      return 0;
    });
    float moved = 0, apart = 0;
    for (std::size_t p = 0; p < run.parameters.trained().size(); ++p) {
      const auto weights = [p](const TinyRun& one) { return one.parameters.trained()[p].value.values(); };
      for (std::size_t i = 0; i < weights(run).size(); ++i) {
        moved = std::max(moved, std::abs(weights(whole)[i] - weights(before)[i]));
        apart = std::max(apart, std::abs(weights(run)[i] - weights(whole)[i]));
      }
    }
    CAPTURE(shards);
    CHECK(moved > 1e-3F);
    CHECK(apart < 1e-3F * moved);
  }
}

TEST_CASE("shards measure what one process measures") {
  set_threads(1);
  TinyRun run;
  const Evaluation alone = evaluate(std::ref(run.net), Stage::full_precision, tiny_data().test, {.batch = 8});
  for (const int shards : {2, 3, 7}) {
    Evaluation shared;
    ForkedShards(shards, 100).run([&](Communicator& me) {
      shared = evaluate(std::ref(run.net), Stage::full_precision, tiny_data().test, {.batch = 8, .shards = &me});
      return 0;
    });
    CHECK(shared.images == alone.images);
    CHECK(shared.confusion == alone.confusion);
    CHECK(shared.accuracy == alone.accuracy);
    CHECK(shared.loss == doctest::Approx(alone.loss).epsilon(1e-6));
  }
}

TEST_CASE("another number of shards is another way of training") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  CHECK_FALSE(train(folder, in_shards(2), 1, 3));
  CHECK_THROWS_WITH_AS(train(folder, in_shards(3), 1),
                       doctest::Contains("another way of training: in 2 shards, expected in 3 shards"), DataError);
  CHECK_THROWS_WITH_AS(TinyRun(in_shards(11)), "train: 11 shards, expected 1 to the batch of 10 images",
                       std::invalid_argument);
}
