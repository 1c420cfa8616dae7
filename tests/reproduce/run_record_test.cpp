// Run folders read back: finished or not, whose, and what is wrong with them.
#include "reproduce/run_record.hpp"

#include <doctest/doctest.h>

#include "tests/core/temporary_folder.hpp"
#include "tests/reproduce/run_folders.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// A run of 1, 1 and 2 epochs.
PlannedRun small_run() {
  PlannedRun run = make_plan({.target = Target::table2, .budget = "short", .pictures = "builtin"}).runs.front();
  run.recipe = run.recipe.with_epochs({1, 1, 2});
  return run;
}

}  // namespace

TEST_CASE("a folder that is not there, or holds only a lock, is no run") {
  const TemporaryFolder folder;
  CHECK(!read_run(folder / "none").exists);
  std::filesystem::create_directory(folder / "locked");
  put_file(folder / "locked/lock", "");
  CHECK(!read_run(folder / "locked").exists);
  CHECK(network_mismatch(read_run(folder / "none"), small_run()).empty());
}

TEST_CASE("a run is finished when its last row is its recipe's last epoch, and not before") {
  const TemporaryFolder folder;
  const PlannedRun run = small_run();
  const std::vector<EpochRow> rows = rows_of(run.recipe, {0.5, 0.6});
  for (std::size_t epochs = 0; epochs <= rows.size(); ++epochs) {
    put_run(folder.path(), run, {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(epochs)});
    const RunRecord record = read_run(folder / run.name);
    CHECK(record.exists);
    CHECK(!record.can_go_on);
    CHECK(record.planned() == 4);
    CHECK(record.done() == static_cast<Index>(epochs));
    CHECK(record.finished() == (epochs == rows.size()));
    CHECK(network_mismatch(record, run).empty());
    CHECK(recipe_mismatch(record, run).empty());
  }
}

TEST_CASE("where a run began is read from its configuration, wherever its folder lies now") {
  const TemporaryFolder folder;
  PlannedRun run = small_run();
  CHECK(!read_run(folder / run.name).from());
  run.from = Start{"other", Stage::quantized_weights};
  put_run(folder.path(), run, {});
  CHECK(read_run(folder / run.name).from() == run.from);
}

TEST_CASE("words are read in quotes and without, with spaces and without") {
  const TemporaryFolder folder;
  put_file(folder / "config.ini",
           "[train]\nn=8\n g = 4 \r\ndataset=\"folder\"\nout='a b'\ndata = \"a \\\"b\\\" \\\\c\"\n");
  auto words = read_run(folder.path()).words;
  CHECK(words["n"] == "8");
  CHECK(words["g"] == "4");
  CHECK(words["dataset"] == "folder");
  CHECK(words["out"] == "a b");
  CHECK(words["data"] == "a \"b\" \\c");
}

TEST_CASE("another network, other pictures, another seed and another recipe are named") {
  const TemporaryFolder folder;
  const PlannedRun run = small_run();
  put_run(folder.path(), run, {});
  const RunRecord record = read_run(folder / run.name);
  PlannedRun other = run;
  other.network.bits = 1;
  CHECK(network_mismatch(record, other) == "has k = 3, the plan 1");
  other = run;
  other.dataset = "cifar10";
  CHECK(network_mismatch(record, other) == "was trained on builtin, the plan says cifar10");
  other = run;
  other.seed = 2;
  CHECK(network_mismatch(record, other) == "has seed = 1, the plan 2");
  other = run;
  other.recipe = run.recipe.with_epochs({1, 1, 3});
  CHECK(recipe_mismatch(record, other) == "has a recipe of 1,1,2 epochs, the plan's, short, 1,1,3");
  other = run;
  other.recipe.label_smoothing = 0.1;
  CHECK(recipe_mismatch(record, other) == "has another recipe than the plan's, short");
  other = run;
  other.recipe.about = "in other words";
  CHECK(recipe_mismatch(record, other).empty());
}

TEST_CASE("another model, and other options of one, are named; a run is finished in the last run of its name only") {
  const TemporaryFolder folder;
  PlannedRun run = small_run();
  run.model = ModelChoice{.model = "slbf-resnet18", .words = find_model("slbf-resnet18").complete({{"maps", "8"}})};
  run.recipe = find_recipe("slbf-short").with_epochs({1, 2, 2});
  put_run(folder.path(), run, {});
  put_file(folder / run.name / "config.ini", "[train]\nmodel = slbf-resnet18\nmaps = 8\ns = 4\nseed = 1\n");
  const auto rows_until = [](const char* stage, Index last) {
    EpochRow row = epoch(Stage::quantized_weights, last, 0.5);
    row.own_name = stage;
    return std::vector<EpochRow>{row};
  };
  put_file(folder / run.name / "metrics.csv", metrics_text(rows_until("select", 2)));
  CHECK_FALSE(read_run(folder / run.name).finished());
  put_file(folder / run.name / "metrics.csv", metrics_text(rows_until("stack", 2)));
  const RunRecord record = read_run(folder / run.name);
  CHECK(record.finished());
  CHECK(network_mismatch(record, run).empty());
  CHECK(recipe_mismatch(record, run).empty());
  PlannedRun other = run;
  other.model->words["maps"] = "16";
  CHECK(network_mismatch(record, other) == "has maps = 8, the plan 16");
  other.model->model = "slbf-vgg16";
  CHECK(network_mismatch(record, other) == "has model = slbf-resnet18, the plan slbf-vgg16");
  CHECK(network_mismatch(record, small_run()) == "has model = slbf-resnet18, the plan mognet");
  other = run;
  other.recipe = run.recipe.with_epochs({1, 2, 3});
  CHECK(recipe_mismatch(record, other) == "has a recipe of 1,2,2 epochs, the plan's, slbf-short, 1,2,3");
}

TEST_CASE("broken files are named") {
  const TemporaryFolder folder;
  const PlannedRun run = small_run();
  for (const char* name : {"metrics.csv", "recipe.ini", "sessions.csv"}) {
    put_run(folder.path(), run, {});
    put_file(folder / run.name / name, "nonsense\n");
    CHECK_THROWS_WITH_AS(static_cast<void>(read_run(folder / run.name)), doctest::Contains(name), DataError);
    std::filesystem::remove_all(folder / run.name);
  }
}
