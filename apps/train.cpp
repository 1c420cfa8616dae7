// `mog train`: a MOGNET through the paper's three runs.
#include <array>
#include <memory>

#include "apps/mognet_options.hpp"
#include "apps/training_run.hpp"

namespace mog::apps {
namespace {

struct Words {
  TrainingRun run;
  std::string recipe = "short";
  std::vector<Index> epochs;
};

std::string recipe_help() {
  std::string text = "Lengths and learning rates of the three runs:";
  for (const Recipe& recipe : recipes()) text += "\n  " + recipe.name + ": " + recipe.about;
  return text;
}

void add_options(CLI::App& command, Words& words) {
  TrainOptions& options = words.run.options;
  words.run.data.add_options(command);
  command.add_option("--out", words.run.out, "Run folder: configuration, metrics, checkpoints, drawings")->required();
  add_mognet_options(command, words.run.network);
  command.add_option("--recipe", words.recipe, recipe_help())->capture_default_str();
  command.add_option("--epochs", words.epochs, "Epochs of the three runs, A,B,C; the recipe's decay points are scaled")
      ->delimiter(',')
      ->expected(3)
      ->check(whole());
  command.add_option("--batch", options.batch, "Images in a step, at least 2")->capture_default_str()->check(whole());
  command.add_option("--seed", options.seed, "Of weights, automata, order and augmentation")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--max-steps", options.max_steps, "At most so many steps in each run; 0: no limit")
      ->capture_default_str()
      ->check(whole(0));
  command.add_option("--save-every", options.save_every, "Seconds between checkpoints within an epoch")
      ->capture_default_str();
  command.add_flag("--overfit-batch", options.overfit_batch, "Learn one batch only: a check, the loss must go to 0");
  command.add_flag("--resume", words.run.resume, "Go on from the run folder's last.safetensors")->configurable(false);
  add_threads(command);
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a MOGNET: full precision, quantized weights, all quantized");
  command->fallthrough();  // --config
  command->footer("--config FILE takes options from a file, as config.ini in a run folder; the command line's win.");
  auto words = std::make_shared<Words>();
  add_options(*command, *words);
  command->callback([words, command, &app] {
    words->run.options.recipe = find_recipe(words->recipe);
    if (!words->epochs.empty()) {
      words->run.options.recipe =
          words->run.options.recipe.with_epochs({words->epochs[0], words->epochs[1], words->epochs[2]});
    }
    // Written as a section of its own. Not before: a section that is read as one would run the command a second time.
    command->configurable();
    words->run.config = app.config_to_str(true, false);
    train_and_report(words->run, words->run.data.load());
  });
}

}  // namespace mog::apps
