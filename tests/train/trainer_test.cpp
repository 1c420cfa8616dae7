// The training run: the same bytes however it is interrupted, and what it does when something goes wrong.
#include "train/trainer.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <locale>
#include <thread>

#include "core/parallel.hpp"
#include "optim/adam.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"
#include "train/interrupt.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// What a run leaves that must not depend on how it went.
struct Result {
  std::string last, best, metrics;  // metrics without their times
  friend bool operator==(const Result&, const Result&) = default;
};

std::string without_times(const std::filesystem::path& path) {
  std::vector<EpochRow> rows = read_metrics(path);
  for (EpochRow& row : rows) row.seconds = row.images_per_second = 0;
  return metrics_text(rows);
}

Result result_in(const RunFolder& folder) {
  return {bytes_of_file(folder.last()), bytes_of_file(folder.best()), without_times(folder.metrics())};
}

/// Trains in `folder`, resuming where there is something to resume, until `steps` more steps are made (-1: to the end).
TrainOutcome train(const RunFolder& folder, Index steps = -1, const TrainOptions& options = tiny_options()) {
  TinyRun run(options);
  StepCounter counter(steps);
  attach(run, folder, counter);
  return run.trainer.run();
}

const Result& uninterrupted() {
  static const Result result = [] {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    CHECK(train(folder).finished);
    return result_in(folder);
  }();
  return result;
}

}  // namespace

TEST_CASE("a run has three stages, learns in each, and leaves checkpoints, metrics and drawings") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  const TrainOutcome outcome = train(folder);
  CHECK(outcome.finished);
  CHECK(outcome.peak_bytes > 10'000);
  REQUIRE(outcome.rows.size() == 8);
  CHECK(outcome.rows[0].stage == Stage::full_precision);
  CHECK(outcome.rows[3].stage == Stage::quantized_weights);
  CHECK(outcome.rows[7].stage == Stage::quantized);
  CHECK(outcome.rows[7].epoch == 3);
  CHECK(outcome.rows[0].learning_rate == 1e-3);
  CHECK(outcome.rows[2].learning_rate == 5e-5);
  CHECK(outcome.rows[2].train_loss < outcome.rows[0].train_loss);
  CHECK(read_metrics(folder.metrics()).size() == 8);
  for (const auto& file : {folder.last(), folder.best(), folder.curves(), folder.confusion()}) {
    CHECK(std::filesystem::exists(file));
  }
  CHECK(Checkpoint(folder.last()).header().position.epoch == 3);
  const Position best = Checkpoint(folder.best()).header().position;
  CHECK(best.stage == Stage::quantized);
  double expected = 0;
  for (std::size_t i = 5; i < 8; ++i) expected = std::max(expected, outcome.rows[i].test_accuracy);
  CHECK(best.best_accuracy == expected);
}

TEST_CASE("a run that was stopped at any step and resumed ends with the same bytes") {
  for (const Index step : {0, 1, 5, 6, 7, 17, 18, 19, 23, 29, 30, 31, 41, 47, 48}) {
    CAPTURE(step);
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    CHECK(train(folder, step).finished == (step == kTinySteps));
    CHECK(train(folder).finished);
    CHECK(result_in(folder) == uninterrupted());
  }
}

TEST_CASE("a run that is stopped after every fifth step ends with the same bytes") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  while (!train(folder, 5).finished) {
  }
  CHECK(result_in(folder) == uninterrupted());
}

TEST_CASE("three threads train the same bytes as one") {
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    train(folder);
    CHECK(result_in(folder) == uninterrupted());
  }
  set_threads(before);
}

TEST_CASE("a host program with a locale of its own gets the same files, and reads them back") {
  struct Grouping : std::numpunct<char> {  // 1.234,5
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  uninterrupted();
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  train(folder, 7);
  train(folder);
  CHECK(result_in(folder) == uninterrupted());
  std::locale::global(before);
}

TEST_CASE("a run that was killed a dozen times ends with the same bytes") {
  const TemporaryFolder temporary;
  Random random(1, Purpose::user);
  TrainOptions options = tiny_options();
  options.save_every = 0;
  const auto folder_path = temporary / "run";
  for (int kill = 0; kill < 12; ++kill) {
    const pid_t child = ::fork();
    if (child == 0) {
      set_threads(1);  // OpenMP's threads did not come along
      const RunFolder folder(folder_path);
      train(folder, -1, options);
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(20'000)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
  }
  const RunFolder folder(folder_path);
  CHECK(train(folder, -1, options).finished);
  CHECK(result_in(folder) == uninterrupted());
}

TEST_CASE("a full disk is reported, keeps the last good checkpoint, and the next save tries again") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  train(folder, 7);
  const std::string good = bytes_of_file(folder.last());
  TinyRun run;
  StepCounter counter;
  run.trainer.set_folder(folder);
  run.trainer.set_listener(counter);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const auto limit = [&](rlim_t bytes) {
    const rlimit wanted{bytes, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &wanted);
  };
  std::signal(SIGXFSZ, SIG_IGN);
  run.trainer.set_stop([&] {
    if (counter.steps == 1) limit(100);  // the second and the third epoch end with no room left
    if (counter.steps == 14) {
      CHECK(bytes_of_file(folder.last()) == good);
      CHECK(counter.messages.find("last.safetensors: cannot write: File too large") != std::string::npos);
      limit(old.rlim_cur);
    }
    return false;
  });
  run.trainer.resume();
  CHECK(run.trainer.run().finished);
  CHECK(result_in(folder) == uninterrupted());
}

TEST_CASE("a checkpoint that cannot be written when the run stops is the run's failure") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  for (int number = 0; number < 100; ++number)
    std::filesystem::create_directory(concat(folder.last().string(), ".mog-tmp-", number));
  CHECK_THROWS_WITH_AS(train(folder, 3), doctest::Contains("last.safetensors: cannot open for writing"), IoError);
}

TEST_CASE("a folder with a run is not overwritten; a folder in use is refused") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  train(folder, 3);
  TinyRun again;
  again.trainer.set_folder(folder);
  CHECK_THROWS_WITH_AS(again.trainer.run(), doctest::Contains("holds a run already"), std::invalid_argument);
  const auto in_use = doctest::Contains("run: another program is training in this folder");
  CHECK_THROWS_WITH_AS(RunFolder(temporary / "run"), in_use, IoError);
  std::filesystem::remove(temporary / "run/lock");  // nor is it free for who deletes what looks like a lock
  CHECK_THROWS_WITH_AS(RunFolder(temporary / "run"), in_use, IoError);
}

TEST_CASE("a run is resumed only as it was begun") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  train(folder, 3);
  TrainOptions other = tiny_options();
  other.recipe.batch = 11;
  CHECK_THROWS_WITH_AS(train(folder, -1, other), doctest::Contains("another way of training"), DataError);
  other = tiny_options();
  other.recipe = other.recipe.with_epochs({3, 2, 4});
  CHECK_THROWS_WITH_AS(train(folder, -1, other), doctest::Contains("another way of training"), DataError);
}

TEST_CASE("at most N steps of each stage, in the middle of an epoch too, and resumed there") {
  TrainOptions options = tiny_options();
  options.max_steps = 8;
  const TemporaryFolder temporary;
  const RunFolder one(temporary / "one"), two(temporary / "two");
  CHECK(train(one, -1, options).rows.size() == 6);
  for (const Index steps : {7, 1, 3}) CHECK_FALSE(train(two, steps, options).finished);
  CHECK(train(two, -1, options).finished);
  CHECK(result_in(one) == result_in(two));
}

TEST_CASE("a run that starts from another's stage goes on as that one would have") {
  const TemporaryFolder temporary;
  const RunFolder whole(temporary / "whole"), rest(temporary / "rest");
  train(whole);
  CHECK(std::filesystem::exists(whole.end_of(name(Stage::full_precision))));
  CHECK_FALSE(std::filesystem::exists(whole.end_of(name(Stage::quantized))));
  const Checkpoint end(whole.end_of(name(Stage::quantized_weights)));
  CHECK(end.header().position.stage == Stage::quantized_weights);
  CHECK(end.header().position.epoch == 2);

  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({0, 0, 3});
  options.start = "whole";
  const auto first_row = [&](bool loads) {
    TinyRun run(options);
    if (loads) end.load(run.parameters);
    return run.trainer.run().rows.front();
  };
  // The pictures come in the order of another epoch, the weights are those of the stage's end.
  CHECK(first_row(true).train_loss < first_row(false).train_loss);

  TinyRun run(options);
  end.load(run.parameters);
  run.trainer.set_folder(rest);
  run.trainer.run();
  CHECK(Checkpoint(rest.last()).header().start == "whole");
}

TEST_CASE("an interrupt is seen, and ends the run as a stop") {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  TinyRun run;
  run.trainer.set_folder(folder);
  run.trainer.set_stop(Interrupt::requested);
  const Interrupt interrupt;
  CHECK_FALSE(Interrupt::requested());
  ::raise(SIGINT);
  CHECK(Interrupt::requested());
  CHECK_FALSE(run.trainer.run().finished);
  CHECK(std::filesystem::exists(folder.last()));
}

TEST_CASE("options out of range are refused") {
  TrainOptions options = tiny_options();
  options.recipe.batch = 1;
  CHECK_THROWS_AS(TinyRun{options}, std::invalid_argument);
  options = tiny_options();
  options.max_steps = -1;
  CHECK_THROWS_AS(TinyRun{options}, std::invalid_argument);
}

TEST_CASE("a checkpoint whose position its recipe does not have is refused in one line") {
  for (const auto& [epoch, step] : {std::pair<Index, Index>{4, 0}, {2, 7}, {5, 3}}) {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    TinyRun run;
    run.trainer.set_folder(folder);
    StepCounter counter(3);
    run.trainer.set_listener(counter);
    run.trainer.set_stop([&] { return counter.reached(); });
    run.trainer.run();
    CheckpointHeader header = Checkpoint(folder.last()).header();
    header.position.epoch = epoch;
    header.position.step = step;
    const Adam<float> adam(run.parameters);
    save_checkpoint(folder.last(), header, run.parameters, adam);
    TinyRun other;
    other.trainer.set_folder(folder);
    CHECK_THROWS_WITH_AS(other.trainer.resume(), doctest::Contains("which has 3 epochs of 6 steps"), DataError);
  }
}
