// Plans against the paper's Tables I and II, and against what every plan has to hold.
#include "reproduce/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "core/error.hpp"
#include "reproduce/ablations.hpp"
#include "reproduce/command_line.hpp"
#include "reproduce/systems.hpp"
#include "tests/core/temporary_folder.hpp"
#include "train/recipe_file.hpp"

using namespace mog;

namespace {

using Epochs = std::array<Index, kStages>;

Epochs epochs_of(const PlannedRun& run) {
  const auto& stages = run.recipe.stages;
  return {stages[0].epochs, stages[1].epochs, stages[2].epochs};
}

const PlannedRun& run_of(const Plan& plan, const std::string& name) {
  const PlannedRun* found = find_run(plan, name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

std::vector<Plan> all_plans() {
  std::vector<Plan> plans;
  for (const Target target : {Target::table2, Target::fig4, Target::ablations, Target::systems}) {
    for (const char* budget : {"paper", "night", "hour", "demo"}) {
      for (const char* pictures : {"", "builtin", "folder"}) {
        for (const Index seeds : {0, 2}) {
          plans.push_back(make_plan({.target = target, .budget = budget, .pictures = pictures, .seeds = seeds}));
        }
      }
    }
  }
  return plans;
}

Index epochs_in(const Plan& plan) {
  Index epochs = 0;
  for (const PlannedRun& run : plan.runs) epochs += run.recipe.epochs();
  return epochs;
}

}  // namespace

TEST_CASE("names are unique, and every run stands behind the one that it begins with") {
  for (const Plan& plan : all_plans()) {
    std::set<std::string> before;
    for (const PlannedRun& run : plan.runs) {
      CHECK(run.recipe.stages.back().epochs > 0);
      check(run.recipe);
      if (run.from) {
        CHECK(before.contains(run.from->run));
        CHECK(level_of(plan, run) == level_of(plan, run_of(plan, run.from->run)) + 1);
      } else {
        CHECK(level_of(plan, run) == 1);
      }
      CHECK(before.insert(run.name).second);
    }
  }
}

TEST_CASE("a run begins with a stage that the other trains and leaves, of the same network, pictures and seed") {
  for (const Plan& plan : all_plans()) {
    for (const PlannedRun& run : plan.runs) {
      if (!run.from) continue;
      const PlannedRun& source = run_of(plan, run.from->run);
      const auto stage = static_cast<std::size_t>(run.from->stage);
      CHECK(source.recipe.stages[stage].epochs > 0);
      CHECK((run.from->stage < Stage::quantized || run.network.bits < source.network.bits));
      for (std::size_t i = 0; i <= stage && i + 1 < kStages; ++i) CHECK(run.recipe.stages[i].epochs == 0);
      CHECK(source.network.maps == run.network.maps);
      CHECK(source.network.groups == run.network.groups);
      CHECK(source.dataset == run.dataset);
      CHECK(source.seed == run.seed);
      CHECK(source.validation == run.validation);
    }
  }
}

TEST_CASE("budget paper trains Table II with Table I's epochs, k = 2 and 1 on the first two stages of k = 3") {
  const Plan plan = make_plan({.target = Target::table2, .budget = "paper"});
  CHECK(plan.runs.size() == 12);
  for (const char* network : {"cifar10-n128-g4", "cifar10-n128-g8"}) {
    const std::string name = network;
    CHECK(epochs_of(run_of(plan, name + "-k3")) == Epochs{180, 180, 150});
    for (const char* k : {"-k2", "-k1"}) {
      CHECK(epochs_of(run_of(plan, name + k)) == Epochs{0, 0, 150});
      CHECK(run_of(plan, name + k).from == Start{name + "-k3", Stage::quantized_weights});
    }
  }
  CHECK(epochs_of(run_of(plan, "cifar100-n128-g4-k3")) == Epochs{250, 250, 250});
  CHECK(epochs_of(run_of(plan, "cifar100-n128-g8-k1")) == Epochs{0, 0, 250});
  CHECK(epochs_in(plan) == 2 * (510 + 150 + 150) + 2 * (750 + 250 + 250));
  CHECK(run_of(plan, "cifar100-n128-g8-k1").network.classes == 100);
  for (const PlannedRun& run : plan.runs) CHECK(run.validation == 0);  // the paper's own split
}

TEST_CASE("other budgets train as their recipes say, and the last stage again for another k") {
  const Recipe& demo = find_recipe("demo");
  const Plan plan = make_plan({.target = Target::table2, .budget = "demo"});
  CHECK(run_of(plan, "cifar10-n128-g4-k3").recipe == demo);
  CHECK(run_of(plan, "cifar10-n128-g4-k2").recipe.stages.back() == demo.stages.back());
  CHECK(run_of(plan, "cifar10-n128-g4-k2").from == Start{"cifar10-n128-g4-k3", Stage::quantized_weights});
}

TEST_CASE("at night, k = 2 and 1 go on for 30 epochs from where k = 3 ended, seed by seed") {
  const Plan plan = make_plan({.target = Target::table2, .budget = "night", .seeds = 2});
  CHECK(run_of(plan, "cifar100-n128-g8-k3-s2").recipe == find_recipe("night"));
  for (const char* run : {"cifar100-n128-g8-k2-s2", "cifar100-n128-g8-k1-s2"}) {
    CHECK(epochs_of(run_of(plan, run)) == Epochs{0, 0, 30});
    CHECK(run_of(plan, run).from == Start{"cifar100-n128-g8-k3-s2", Stage::quantized});
    const Place place{.out = "out", .data = {}, .threads = 0};
    CHECK(start_path(*run_of(plan, run).from, place) == "out/cifar100-n128-g8-k3-s2/last.safetensors");
  }
}

TEST_CASE("Fig. 4 is five networks on two data sets, and n = 128 has Table II's name") {
  const Plan plan = make_plan({.target = Target::fig4, .budget = "paper"});
  CHECK(plan.runs.size() == 10);
  for (const Index maps : {64, 96, 128, 192, 256}) {
    const PlannedRun& run = run_of(plan, concat("cifar10-n", maps, "-g4-k3"));
    CHECK(run.network.maps == maps);
    CHECK(epochs_of(run) == Epochs{180, 180, 150});
  }
}

TEST_CASE("rows are picked by name or by what it begins with, and bring what they begin with") {
  const auto names = [](const std::vector<std::string>& rows) {
    std::vector<std::string> found;
    for (const PlannedRun& run : make_plan({.target = Target::table2, .rows = rows}).runs) found.push_back(run.name);
    return found;
  };
  CHECK(names({"cifar10-n128-g8-k3"}) == std::vector<std::string>{"cifar10-n128-g8-k3"});
  CHECK(names({"cifar10-n128-g8-k1"}) == std::vector<std::string>{"cifar10-n128-g8-k3", "cifar10-n128-g8-k1"});
  CHECK(names({"cifar10"}).size() == 6);  // not cifar100's
  CHECK(names({"cifar10-n128-g4", "cifar100"}).size() == 9);
}

TEST_CASE("an unknown row is refused with the names of those that there are; so are budgets and seeds") {
  CHECK_THROWS_WITH_AS(make_plan({.rows = {"cifar10", "k3"}}),
                       doctest::Contains("no row k3, expected one of cifar10-n128-g4-k3, cifar10-n128-g4-k2, "),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make_plan({.budget = "week"}), doctest::Contains("week: unknown"), std::invalid_argument);
  CHECK_THROWS_AS(make_plan({.budget = "no/such.ini"}), IoError);
  CHECK_THROWS_AS(make_plan({.seeds = -1}), std::invalid_argument);
}

TEST_CASE("each ablation has three seeds, held-back images, and as many epochs as the base") {
  const Plan plan = make_plan({.target = Target::ablations, .budget = "short"});
  CHECK(plan.runs.size() == 3 * variants_of(find_recipe("short")).size());
  for (const char* name : {"base", "base-s2", "base-s3", "paper-s3"}) CHECK(find_run(plan, name) != nullptr);
  for (const PlannedRun& run : plan.runs) {
    CHECK(run.validation == 5000);
    CHECK(run.network.maps == 32);
  }
  for (const Recipe& recipe : plan.recipes) CHECK(recipe.epochs() == find_recipe("short").epochs());
}

TEST_CASE("taking an ingredient out and putting it in are each other's undoing") {
  const auto names = [](const Recipe& recipe) {
    std::set<std::string> all;
    for (const Variant& variant : variants_of(recipe)) all.insert(variant.name);
    return all;
  };
  for (const char* name : {"short", "hour", "night"}) {
    const Recipe& recipe = find_recipe(name);
    for (const Variant& variant : variants_of(recipe)) {
      CHECK(variant.recipe.epochs() == recipe.epochs());
      check(variant.recipe);
    }
  }
  const Recipe& base = find_recipe("short");
  for (const Variant& variant : variants_of(base)) {
    if (variant.name == "base" || variant.name == "paper") continue;
    CHECK(variant.recipe != base);
    const bool with = variant.name.starts_with("with-");
    const std::string ingredient = variant.name.substr(with ? 5 : 8);
    CHECK(names(variant.recipe).contains((with ? "without-" : "with-") + ingredient));
  }
  CHECK(names(base).contains("with-label-smoothing"));
  CHECK(names(base).contains("with-weight-average"));
  CHECK(names(base).contains("without-quantized-weights"));
}

TEST_CASE("a rehearsal has a quarter of the maps and one set of pictures") {
  const Plan plan = make_plan({.target = Target::table2, .pictures = "builtin"});
  CHECK(plan.runs.size() == 6);
  CHECK(run_of(plan, "builtin-n32-g8-k3").network.maps == 32);
}

TEST_CASE("systems: two MOGNETs and all seven others, with epochs that cost as much as the budget's of n = 128") {
  const Plan plan = make_plan({.target = Target::systems, .budget = "hour"});
  CHECK(plan.runs.size() == 9);
  CHECK(plan.recipes.empty());
  const Index budget = find_recipe("hour").epochs();
  CHECK(run_of(plan, "cifar10-n128-g4-k3").recipe == find_recipe("hour"));
  CHECK(run_of(plan, "cifar10-n64-g4-k3").recipe.epochs() == std::llround(kSpeedOfHalf * static_cast<double>(budget)));
  for (const System& system : systems()) {
    CAPTURE(system.model);
    const PlannedRun& run = run_of(plan, "cifar10-" + system.model);
    const double expected = system.speed * static_cast<double>(budget);
    CHECK(std::abs(static_cast<double>(run.recipe.epochs()) - expected) <= 0.5);
    for (const StagePlan& stage : run.recipe.stages) CHECK(stage.epochs > 0);
    CHECK(run.choice().words == find_model(system.model).complete({}));
    CHECK(run.printed().has_value() == (*system.printed != 0));
  }
  CHECK(run_of(plan, "cifar10-slbf-vgg16").printed()->accuracy == 89.24);
  const StagePlan& frozen = run_of(plan, "cifar10-hybrid-mobilenet").recipe.stages.back();
  CHECK(frozen.frozen_epochs == frozen.epochs);
  CHECK(make_plan({.target = Target::systems, .rows = {"cifar10-etd"}}).runs.size() == 2);
}

TEST_CASE("a rehearsal of the systems has small networks, the budget's batches and a recipe of its own for each") {
  const Plan plan = make_plan({.target = Target::systems, .budget = "demo", .pictures = "folder"});
  CHECK(plan.runs.size() == 9);
  CHECK(plan.recipes.size() == 4);
  CHECK(run_of(plan, "folder-n32-g4-k3").network.maps == 32);
  CHECK(run_of(plan, "folder-slbf-vgg16").model->words.at("maps") == "16");
  for (const PlannedRun& run : plan.runs) CHECK(run.recipe.batch == find_recipe("demo").batch);
}

TEST_CASE("epochs in all are shared out as a recipe has them, one at least for each run that has any") {
  const auto shares = [](const char* name, Index epochs) {
    std::vector<Index> found;
    for (const StagePlan& stage : with_epochs_in_all(find_recipe(name), epochs).stages) found.push_back(stage.epochs);
    return found;
  };
  CHECK(shares("etd-short", 60) == std::vector<Index>{16, 32, 12});
  CHECK(shares("slbf-short", 9) == std::vector<Index>{1, 2, 6});
  CHECK(shares("slbf-short", 1) == std::vector<Index>{1, 1, 1});
  CHECK(shares("hour", 72) == std::vector<Index>{12, 0, 60});
}

TEST_CASE("the words of a line come to the planned recipe, as mog train reads them") {
  const testing::TemporaryFolder folder;
  for (const Plan& plan : all_plans()) {
    const Place place{.out = folder / "out", .data = "", .threads = 0};
    write_recipes(plan, place);
    for (const PlannedRun& run : plan.runs) {
      const std::vector<std::string> words = train_words(plan, run, place);
      const auto value = [&](const char* option) {
        const auto found = std::find(words.begin(), words.end(), option);
        return found == words.end() ? std::string() : *(found + 1);
      };
      const std::string word = value("--recipe");
      const Recipe recipe = is_recipe_file(word) ? read_recipe(word) : find_recipe(word);
      std::vector<Index> epochs;
      std::string text;
      for (const StagePlan& stage : run.recipe.stages) {
        epochs.push_back(stage.epochs);
        text += concat(text.empty() ? "" : ",", stage.epochs);
      }
      Recipe read = recipe.with_epochs(epochs), planned = run.recipe;
      CHECK(value("--epochs") == text);
      CHECK((run.model ? value("--model") == run.model->model : value("--n") == concat(run.network.maps)));
      read.about = planned.about = "";
      CHECK(recipe_file_text(read) == recipe_file_text(planned));
      CHECK(words.back() == "--continue");
      CHECK(value("--from").empty() == !run.from);
    }
  }
}
