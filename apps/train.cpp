// `mog train`: a network through the paper's three runs.
#include <algorithm>
#include <memory>
#include <optional>

#include "apps/config_file.hpp"
#include "apps/model_options.hpp"
#include "apps/training_run.hpp"
#include "core/error.hpp"
#include "core/forked_shards.hpp"
#include "core/parallel.hpp"
#include "train/recipe_file.hpp"

namespace mog::apps {
namespace {

/// The command line's words; what is not given there is the recipe's.
struct Words {
  TrainingRun run;
  ModelOptions model;
  std::string recipe = "short";
  std::vector<Index> epochs;
  std::optional<double> learning_rate;
  std::optional<Index> batch;
  std::optional<double> teacher_weight, temperature;
  bool begin_or_resume = false;
};

std::string recipe_help() {
  std::string text = "How to train: a file, or one of these (mog recipes shows them):";
  for (const Recipe& recipe : recipes()) text += "\n  " + recipe.name + ": " + recipe.about;
  return text;
}

void add_options(CLI::App& command, Words& words) {
  TrainOptions& options = words.run.options;
  words.run.data.add_options(command);
  command.add_option("--out", words.run.out, "Run folder: configuration, metrics, checkpoints, drawings")
      ->configurable(false);
  words.model.add_options(command);
  command.add_option("--recipe", words.recipe, recipe_help())->capture_default_str();
  command
      .add_option("--epochs", words.epochs,
                  "Epochs of each run, A,B,C for the paper's; the recipe's decay points are scaled")
      ->delimiter(',')
      ->check(whole());
  command.add_option("--lr", words.learning_rate, "First learning rate of each run; later ones keep their proportion");
  command.add_option("--batch", words.batch, "Images in a step, at least 2 (the recipe's)")->check(whole());
  command.add_option("--from", words.run.from, "Begin with the weights of this checkpoint; k may differ");
  command.add_option("--teacher", words.run.teacher,
                     "A checkpoint whose answers count beside the labels, where the recipe gives them a weight");
  command.add_option("--teacher-weight", words.teacher_weight,
                     "Share of the loss that is the teacher's, in the last run");
  command.add_option("--temperature", words.temperature, "Softens the teacher's answers and those compared with them");
  command
      .add_option("--validation", words.run.validation,
                  "Hold back so many training images and measure on them, not on the test images")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--seed", options.seed, "Of weights, automata, order and augmentation")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--max-steps", options.max_steps, "At most so many steps in each run; 0: no limit")
      ->capture_default_str()
      ->check(whole(0));
  command
      .add_option(
          "--shards", options.shards,
          "Cut each batch into so many, each of a process; their sums are added in order, which the result shows")
      ->capture_default_str()
      ->check(whole(1, ForkedShards::kMostShards));
  command.add_option("--save-every", options.save_every, "Seconds between checkpoints within an epoch")
      ->capture_default_str();
  command.add_flag("--overfit-batch", options.overfit_batch, "Learn one batch only: a check, the loss must go to 0");
  CLI::Option* resume = command.add_flag("--resume", words.run.resume, "Go on from the run folder's last.safetensors");
  resume->configurable(false);
  command
      .add_flag("--continue", words.begin_or_resume, "Go on where the folder holds a run, begin one where it does not")
      ->excludes(resume)
      ->configurable(false);
  add_threads(command);
}

/// The recipe that the words come to. A run that goes on has its own in its folder, whatever became of the file.
Recipe recipe_of(const Words& words) {
  const std::filesystem::path kept = words.run.out / "recipe.ini";
  Recipe recipe = !is_recipe_file(words.recipe)                                ? find_recipe(words.recipe)
                  : words.run.resume && !std::filesystem::exists(words.recipe) ? read_recipe(kept)
                                                                               : read_recipe(words.recipe);
  if (!words.epochs.empty()) recipe = recipe.with_epochs(words.epochs);
  if (words.learning_rate) recipe = recipe.with_learning_rate(*words.learning_rate);
  if (words.batch) recipe.batch = *words.batch;
  if (words.teacher_weight) recipe.stages.back().teacher = *words.teacher_weight;
  if (words.temperature) recipe.temperature = *words.temperature;
  check(recipe);  // before a folder is made
  return recipe;
}

/// A run that goes on by a configuration in its folder is in that folder, wherever it stands now. There --continue
/// finds out which it means.
void find_folder(Words& words, const CLI::App& app) {
  TrainingRun& run = words.run;
  const std::string config = app.get_config_ptr() == nullptr ? "" : app.get_config_ptr()->as<std::string>();
  if (run.out.empty() && (run.resume || words.begin_or_resume) && !config.empty()) {
    run.out = std::filesystem::path(config).parent_path();
    if (run.out.empty()) run.out = ".";
  }
  require(!run.out.empty(),
          "--out is required, the folder for the run (with --resume or --continue, a --config in it will do)");
  if (words.begin_or_resume) run.resume = std::filesystem::exists(run.out / "last.safetensors");
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a network: full precision, quantized weights, all quantized");
  command->fallthrough();  // --config
  command->footer("--config FILE takes options from a file, as config.ini in a run folder; the command line's win.");
  auto words = std::make_shared<Words>();
  add_options(*command, *words);
  command->callback([words, command, &app] {
    find_folder(*words, app);
    words->run.options.recipe = recipe_of(*words);
    words->run.network = words->model.choice(words->run.network.classes);
    words->model.settle();
    words->run.config = configuration_text(*command);
    TrainingRun& run = words->run;
    run.launch = launched();
    require_mpi(run.launch);
    run.data.quiet = run.launch.rank != 0;
    const int shards = run.options.shards, ranks = run.launch.ranks;
    require(shards % ranks == 0, "train: ", shards, " shards for ", ranks,
            " ranks, expected --shards to be a multiple of the ranks");
    run.threads = threads();
    if (command->count("--threads") == 0) run.threads = std::max(1, run.threads / run.launch.ranks_here);
    if (shards > 1) set_threads(1);  // until the processes are forked: a fork has one thread
    train_and_report(words->run, words->run.data.load());
  });
}

}  // namespace mog::apps
