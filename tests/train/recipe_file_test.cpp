// Recipe files: what is read, that it is written back the same, and one clear line for what is no recipe.
#include "train/recipe_file.hpp"

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/core/temporary_folder.hpp"

using namespace mog;

namespace {

Recipe parsed(const std::string& text) { return parse_recipe(text, "mine", "mine.ini"); }

void refused(const std::string& text, const char* message) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(parsed(text), doctest::Contains(message), DataError);
}

}  // namespace

TEST_CASE("every key of a file is read, and what is not said is as the paper has it") {
  const Recipe recipe = parsed(
      "\xEF\xBB\xBF# with a byte-order mark\r\n"
      "about = a line  # and a comment\r\n"
      "batch=64\npad = 2\nflip = alternating\nlabel_smoothing = 0.1\ntemperature = 2\nstatistics_batches = 7\n"
      "weight_gradients = blocks\nqrelu_slope = clipped\n"
      "\n[quantized]\nepochs = 8\nschedule = linear\nlearning_rate = 2e-3\nlast = 1e-5\nwarm_up = 0.5\n"
      "weight_decay = 0.05\nfrozen_epochs = 2\ncrop = 24\ncrop_epochs = 3\nteacher = 0.5\naverage = 0.999\nrange = 2\n"
      "[full-precision]\nepochs = 4\n");
  CHECK(recipe.name == "mine");
  CHECK(recipe.about == "a line");
  CHECK(recipe.batch == 64);
  CHECK(recipe.augment == Augmentation{.pad = 2, .flip = Flip::alternating});
  CHECK(recipe.label_smoothing == 0.1);
  CHECK(recipe.temperature == 2);
  CHECK(recipe.statistics_batches == 7);
  CHECK(recipe.weight_gradients == WeightGradients::blocks);
  CHECK(recipe.qrelu_slope == QreluSlope::clipped);
  CHECK(recipe.stages[0] == StagePlan{.stage = Stage::full_precision, .epochs = 4});
  CHECK(recipe.stages[1] == StagePlan{.stage = Stage::quantized_weights});
  Schedule schedule = Schedule::linear(2e-3, 8, 1e-5);  // over the whole run, as no hold is given
  schedule.warm_up = 0.5;
  CHECK(recipe.stages[2] == StagePlan{.stage = Stage::quantized,
                                      .epochs = 8,
                                      .schedule = schedule,
                                      .weight_decay = 0.05,
                                      .frozen_epochs = 2,
                                      .crop = 24,
                                      .crop_epochs = 3,
                                      .teacher = 0.5,
                                      .range = 2,
                                      .average = 0.999});
}

TEST_CASE("a recipe of one's own has any number of runs, each with a name, in the order of the file") {
  const std::string text =
      "[warm-up]\nepochs = 2\nlearning_rate = 0.1\nquantize = nothing\noptimizer = sgd\nmomentum = 0.8\n"
      "\n[admm]\nepochs = 5\nquantize = nothing\nschedule = step\nhold = 2\nfactor = 0.5\nrho = "
      "0.01\n\n[fine-tune]\nepochs = 3\nquantize = weights\n"
      "\n[quantized]\nepochs = 1\n";
  const Recipe recipe = parsed(text);
  REQUIRE(recipe.stages.size() == 4);
  CHECK(recipe.stages[0] == StagePlan{.stage = Stage::full_precision,
                                      .epochs = 2,
                                      .schedule = Schedule::constant(0.1),
                                      .optimizer = OptimizerKind::sgd,
                                      .momentum = 0.8,
                                      .own_name = "warm-up"});
  CHECK(recipe.stages[1] == StagePlan{.stage = Stage::full_precision,
                                      .epochs = 5,
                                      .schedule = Schedule::step(1e-3, 2, 0.5),
                                      .rho = 0.01,
                                      .own_name = "admm"});
  CHECK(recipe.stages[2] == StagePlan{.stage = Stage::quantized_weights, .epochs = 3, .own_name = "fine-tune"});
  CHECK(recipe.stages[3] == StagePlan{.stage = Stage::quantized, .epochs = 1});
  CHECK(recipe.stages[1].name() == "admm");
  CHECK(parsed(recipe_file_text(recipe)) == recipe);
  const Recipe shorter = recipe.with_epochs({0, 1, 2, 0});
  CHECK(shorter.epochs() == 3);
  CHECK(parsed(recipe_file_text(shorter)).with_epochs({0, 1, 2, 0}) == shorter);  // as a resumed run reads it
  CHECK_THROWS_WITH_AS(static_cast<void>(recipe.with_epochs({1, 2, 3})), "recipe: epochs of 3 runs, expected of 4",
                       std::invalid_argument);
}

TEST_CASE("every recipe that the program carries reads back as itself from the text that is written of it") {
  for (const Recipe& recipe : recipes()) {
    CAPTURE(recipe.name);
    CHECK(parse_recipe(recipe_file_text(recipe), recipe.name, "again") == recipe);
  }
  const testing::TemporaryFolder folder;
  testing::put_file(folder / "mine.ini", recipe_file_text(find_recipe("short")));
  Recipe expected = find_recipe("short");
  expected.name = "mine";
  CHECK(read_recipe(folder / "mine.ini") == expected);
  CHECK_THROWS_AS(read_recipe(folder / "none.ini"), IoError);
}

TEST_CASE("what is no recipe is refused with its line") {
  refused("nonsense", "mine.ini: line 1: expected KEY = VALUE or [STAGE], not nonsense");
  refused("\nbach = 50", "line 2: bach: unknown here, expected one of about, batch, pad, flip");
  refused("epochs = 3", "line 1: epochs: unknown here");
  refused("batch = many", "line 1: batch is many, expected a whole number");
  refused("flip = sometimes", "line 1: flip is sometimes, expected none, random or alternating");
  refused("weight_gradients = some", "line 1: weight_gradients is some, expected floats or blocks");
  refused("batch = 50\nbatch = 60", "line 2: batch: a second time");
  refused("[third]\nepochs = 1", "mine.ini: [third]: expected quantize = nothing, weights or all, or the name");
  refused("[third]\nepochs = 1\nquantize = some", "line 3: quantize is some, expected nothing, weights or all");
  refused("[quantized]\nquantize = all", "line 2: quantize: the name quantized says what is quantized");
  refused("[a/b]", "line 1: [a/b]: expected letters, digits and - for the name of a run");
  refused("[last]", "line 1: [last]: expected letters, digits and - for the name of a run");
  refused("[]", "line 1: []: expected letters");
  refused("[third", "line 1: expected KEY = VALUE or [STAGE], not [third");
  refused("[quantized]\noptimizer = lion", "line 2: optimizer is lion, expected adam or sgd");
  refused("[quantized]\nepochs = 1\nmomentum = 1", "quantized: momentum 1, expected 0 <= it < 1");
  refused("[full-precision]\nepochs = 1\nrho = -1", "full-precision: rho -1, expected 0 or more");
  refused("[quantized]\nepochs = 1\naverage = 1", "quantized: average 1, expected 0 <= it < 1");
  refused("[quantized]\nepochs = 1\naverage = -0.5", "quantized: average -0.5, expected 0 <= it < 1");
  refused("[quantized]\nepochs = 1\naverage = nan", "quantized: average nan, expected 0 <= it < 1");
  refused("[quantized]\nepochs = 1\naverage = some", "line 3: average is some, expected a number");
  refused("[quantized]\nepochs = 1\nrho = 1",
          "quantized: rho 1 where weights are quantized, expected quantize = nothing");
  refused("[quantized]\nepochs = 1\nschedule = step", "hold for 0 epochs, expected at least 1");
  refused("[quantized]\nepochs = 1\n[quantized]", "line 3: [quantized]: a second time");
  refused("[quantized]\nschedule = steep",
          "line 2: schedule is steep, expected constant, exponential, step, drop, linear or cosine");
  refused("", "mine.ini: recipe: no epochs in any run");
  refused("batch = 1\n[quantized]\nepochs = 1", "recipe: batch of 1, expected 2 to 1000000");
  refused("[quantized]\nepochs = 1\nlearning_rate = 0", "learning rate 0, expected more than 0");
  refused("[quantized]\nepochs = 1\nlearning_rate = inf", "learning rate inf, expected more than 0");
  refused("[quantized]\nepochs = -1", "quantized: -1 epochs, expected 0 to 1000000");
  refused("qrelu_slope = steep", "line 1: qrelu_slope is steep, expected wide or clipped");
  refused("[quantized]\nepochs = 1\nrange = 0", "quantized: activations' range 0, expected more than 0");
  refused("[quantized]\nepochs = 1\nfrozen_epochs = 2", "2 epochs with frozen step sizes, expected 0 to 1");
  refused("[quantized]\nepochs = 1\ncrop = 24\ncrop_epochs = 2", "2 epochs with crops, expected 0 to 1");
  refused("[quantized]\nepochs = 1\ncrop_epochs = 1", "crops of 0 pixels, expected at least 1");
  refused("[quantized]\nepochs = 1\nteacher = 2", "teacher's weight 2, expected 0 to 1");
  refused("[quantized]\nepochs = 1\nschedule = exponential\nfactor = 2",
          "times 2 each epoch, expected above 0, at most 1");
}
