// The moving average of the weights against its recursion in double, and what a run with one measures, saves and resumes.
#include "train/weight_average.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/safetensors.hpp"
#include "layers/quantizers.hpp"
#include "optim/adam.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"
#include "train/evaluate.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

constexpr double kDecay = 0.75;  // reached after step 26 of a stage

/// The tiny run, its first and its last stage averaged; the learning rate makes raw weights and averages differ.
TrainOptions averaged_options(double decay = kDecay) {
  TrainOptions options = tiny_options();
  for (StagePlan& plan : options.recipe.stages) plan.schedule = Schedule::constant(0.01);
  options.recipe.stages[0].average = options.recipe.stages[2].average = decay;
  return options;
}

/// Trains in `folder`, resuming where there is something to resume, until `steps` more steps are made (-1: to the end).
TrainOutcome train(const RunFolder& folder, const TrainOptions& options, Index steps = -1) {
  TinyRun run(options);
  StepCounter counter(steps);
  attach(run, folder, counter);
  return run.trainer.run();
}

/// All that a run leaves of weights.
std::vector<std::string> files_of(const RunFolder& folder) {
  return {bytes_of_file(folder.last()), bytes_of_file(folder.best()),
          bytes_of_file(folder.end_of(name(Stage::full_precision))),
          bytes_of_file(folder.end_of(name(Stage::quantized_weights)))};
}

const std::vector<std::string>& uninterrupted() {
  static const std::vector<std::string> files = [] {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    CHECK(train(folder, averaged_options()).finished);
    return files_of(folder);
  }();
  return files;
}

std::vector<float> numbers(const Tensor<float>& tensor) {
  const auto values = tensor.values();
  return {values.begin(), values.end()};
}

/// A tensor of a checkpoint.
std::vector<float> read(const std::filesystem::path& path, const std::string& name) {
  return numbers(SafetensorsFile::read(path).tensor<float>(name));
}

bool has_raw(const std::filesystem::path& path) {
  const auto names = SafetensorsFile::read(path).names();
  return std::any_of(names.begin(), names.end(), [](const std::string& one) { return one.starts_with(kRawPrefix); });
}

/// a := d a + (1 - d) w with the d of step t.
void recur(std::vector<double>& a, const std::vector<float>& w, double decay, Index t) {
  const double d = std::min(decay, (1.0 + static_cast<double>(t)) / (10.0 + static_cast<double>(t)));
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = d * a[i] + (1 - d) * double{w[i]};
}

/// In float each step rounds three times, and the errors of earlier steps fade.
void near(const std::vector<float>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    error = std::max(error, std::abs(double{found[i]} - expected[i]));
  }
  CHECK(error <= 16 * 0x1p-24 * largest);
}

}  // namespace

TEST_CASE("the averages are the recursion over the steps, whose decay rises to what was asked for") {
  Parameters<float> p(1);
  Parameter<float>* w = p.add("w", {3}, Initial::uniform(1));
  p.add("v", {2}, Initial::constant(2));
  WeightAverage average(p, 0.5);
  std::vector<double> expected(w->value.values().begin(), w->value.values().end());
  for (Index t = 1; t <= 20; ++t) {
    for (Index i = 0; i < 3; ++i) w->value[i] += 0.1F * static_cast<float>(t + i);
    average.update(t);
    recur(expected, numbers(w->value), 0.5, t);
    if (t == 1) CHECK(expected[0] == doctest::Approx(double{w->value[0]} - 0.1 * 2 / 11).epsilon(1e-6));
    REQUIRE(average.kept()[0].name == "raw.w");
    near(numbers(average.kept()[0].value), expected);
  }
  CHECK(numbers(average.kept()[1].value) == std::vector<float>{2, 2});
}

TEST_CASE("averages and the raw network change places and back, weights and buffers, and nothing is lost") {
  Parameters<float> p(1);
  Parameter<float>* w = p.add("w", {1}, Initial::constant(1));
  Buffer<float>* b = p.add_buffer("b", {1}, 5);
  std::optional<WeightAverage> average(std::in_place, p, 0.0);
  w->value[0] = 3;
  b->value[0] = 7;
  const auto are = [&](float weight, float buffer) { return w->value[0] == weight && b->value[0] == buffer; };
  {
    const Averaged averaged(average);
    CHECK(are(1, 5));
    CHECK(average->kept()[1].value[0] == 7);
    b->value[0] = 6;
  }
  CHECK(are(3, 7));
  average->exchange();
  CHECK(are(1, 6));
  average->exchange();
  average->take_buffers();
  average->exchange();
  CHECK(are(1, 7));
  CHECK_THROWS_WITH_AS(WeightAverage(p, 1.0), "weight average: decay 1, expected 0 <= it < 1", std::invalid_argument);
}

TEST_CASE("a run leaves the recursion over its own steps, and the raw weights beside it") {
  TrainOptions options = averaged_options();
  options.recipe = options.recipe.with_epochs({3, 0, 0});
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TinyRun run(options);
  const Tensor<float> w = run.parameters.find("residual.a.squeeze.weight")->value;
  std::vector<double> expected(w.values().begin(), w.values().end());
  std::vector<float> raw;
  Index steps = 0;
  run.trainer.set_folder(folder);
  struct Recorder : TrainListener {
    std::function<void()> look;
    void on_step(const Progress& /*progress*/) override { look(); }
  } recorder;
  recorder.look = [&] { recur(expected, raw = numbers(w), kDecay, ++steps); };
  run.trainer.set_listener(recorder);
  run.trainer.run();
  CHECK(steps == 18);
  near(read(folder.last(), "residual.a.squeeze.weight"), expected);
  CHECK(read(folder.last(), "raw.residual.a.squeeze.weight") == raw);
  CHECK(numbers(w) == read(folder.last(), "residual.a.squeeze.weight"));  // in memory, too, after the run
  CHECK(raw != numbers(w));
}

TEST_CASE("training goes on from the raw weights: within a stage the average changes what is measured, nothing else") {
  const TemporaryFolder temporary;
  const RunFolder with(temporary / "with"), without(temporary / "without");
  TrainOptions options = averaged_options();
  options.recipe = options.recipe.with_epochs({0, 0, 3});
  train(with, options);
  options.recipe.stages[2].average = 0;
  train(without, options);
  for (const char* weight : {"conv.weight", "residual.a.squeeze.weight", "head_norm.gamma"}) {
    CHECK(read(with.last(), concat("raw.", weight)) == read(without.last(), weight));
    CHECK(read(with.last(), weight) != read(without.last(), weight));
  }
  const auto rows = read_metrics(with.metrics()), expected = read_metrics(without.metrics());
  for (std::size_t i = 0; i < 3; ++i) CHECK(rows[i].train_loss == expected[i].train_loss);
  CHECK(has_raw(with.last()));
  CHECK_FALSE(has_raw(without.last()));
}

TEST_CASE(
    "what is left has step sizes, statistics and accuracy of the averaged network, over 100 batches unless said") {
  for (const Index batches : {0, 2}) {
    TrainOptions options = averaged_options();
    options.recipe = options.recipe.with_epochs({0, 0, 3});
    options.recipe.statistics_batches = batches;
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    const TrainOutcome outcome = train(folder, options);
    const Checkpoint last(folder.last());
    TinyRun loaded(options);
    last.load(loaded.parameters);
    CHECK(evaluate(std::ref(loaded.net), Stage::quantized, tiny_data().test).accuracy ==
          outcome.rows.back().test_accuracy);

    TinyRun anew(options);
    last.load(anew.parameters);
    for (const auto& buffer : anew.parameters.buffers()) buffer.value.fill(100);
    anew.parameters.begin_epoch();
    Batches images =
        Batches::training(tiny_data().train, {.batch = 10, .seed = options.seed, .augment = options.recipe.augment});
    estimate_statistics(std::ref(anew.net), Stage::quantized, images,
                        {.epoch = 2, .batches = batches == 0 ? 100 : batches});
    for (const auto& buffer : anew.parameters.buffers()) {
      CAPTURE(buffer.name);
      CHECK(read(folder.last(), buffer.name) == numbers(buffer.value));
      CHECK(read(folder.last(), concat("raw.", buffer.name)) != numbers(buffer.value));
    }
  }
}

TEST_CASE("in frozen epochs the average has the raw network's step sizes") {
  TrainOptions options = averaged_options();
  options.recipe = options.recipe.with_epochs({0, 0, 3});
  options.recipe.stages[2].frozen_epochs = 1;
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TinyRun run(options);
  run.trainer.set_folder(folder);
  float raw = 0;  // before the last step
  run.trainer.set_stop([&] {
    raw = run.parameters.find_buffer("conv.weight.step")->value[0];
    return false;
  });
  run.trainer.run();
  const std::vector<float> step = read(folder.last(), "conv.weight.step");
  CHECK(step == std::vector<float>{raw});
  CHECK(step[0] != balanced_step<float>(read(folder.last(), "conv.weight")));
}

TEST_CASE("the next stage begins with the averages, which the stage's file holds") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TinyRun run(averaged_options());
  run.trainer.set_folder(folder);
  std::vector<float> weight, mean;
  Index looks = 0;
  run.trainer.set_stop([&] {
    if (looks++ == 18) {
      weight = numbers(run.parameters.find("conv.weight")->value);
      mean = numbers(run.parameters.find_buffer("norm.mean")->value);
    }
    return false;
  });
  run.trainer.run();
  const auto end = folder.end_of(name(Stage::full_precision));
  CHECK(weight == read(end, "conv.weight"));
  CHECK(weight != read(end, "raw.conv.weight"));
  CHECK(mean == read(end, "norm.mean"));
  CHECK_FALSE(has_raw(folder.end_of(name(Stage::quantized_weights))));  // the second stage has none
  CHECK(has_raw(folder.best()));
}

TEST_CASE("a run with averages that was stopped at any step and resumed ends with the same bytes") {
  for (const Index step : {0, 1, 5, 6, 7, 17, 18, 19, 29, 30, 31, 41, 47, 48}) {
    CAPTURE(step);
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    CHECK(train(folder, averaged_options(), step).finished == (step == kTinySteps));
    CHECK(train(folder, averaged_options()).finished);
    CHECK(files_of(folder) == uninterrupted());
  }
}

TEST_CASE("three threads and a save after every step leave the same averages as one thread and few saves") {
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    TrainOptions options = averaged_options();
    options.save_every = 0;
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    train(folder, options);
    CHECK(files_of(folder) == uninterrupted());
  }
  set_threads(before);
}

TEST_CASE("a run is resumed with the same decay only, and not without its raw network") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  train(folder, averaged_options(), 8);
  CHECK_THROWS_WITH_AS(train(folder, averaged_options(0.5)), doctest::Contains("weights averaged with decay 0.75"),
                       DataError);
  TinyRun run(averaged_options());
  const Checkpoint last(folder.last());
  last.load(run.parameters);  // as evaluation and export do: the averages
  const auto optimizer = std::make_unique<Adam<float>>(run.parameters);
  CHECK_THROWS_WITH_AS(last.load(run.parameters, *optimizer), doctest::Contains("is none of the network's"), DataError);
  save_checkpoint(folder.last(), last.header(), run.parameters, *optimizer);
  CHECK_THROWS_WITH_AS(train(folder, averaged_options()), doctest::Contains("raw.conv.weight"), DataError);
}
