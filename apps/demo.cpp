// `mog demo`: trains a small MOGNET on the built-in images and shows what it learned.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/classify.hpp"
#include "apps/training_run.hpp"
#include "data/builtin.hpp"

namespace mog::apps {
namespace {

void classify_a_few(const std::filesystem::path& checkpoint, const Dataset& test) {
  const auto trained = load_mognet(checkpoint);
  std::printf("\n%-20s %-20s\n", "picture of a", "taken for a");
  for (Index i = 0; i < std::min<Index>(10, test.size()); ++i) {
    const std::vector<Guess> guesses = classify(*trained, test.image(i), test.height, test.width);
    const std::string& truth = test.class_names[static_cast<std::size_t>(test.labels[static_cast<std::size_t>(i)])];
    std::printf("%-20s %-20s %5.1f %%\n", truth.c_str(), guesses[0].name.c_str(), 100 * guesses[0].probability);
  }
}

}  // namespace

void add_demo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("demo", "Train a small MOGNET on built-in images, in about two minutes");
  auto out = std::make_shared<std::filesystem::path>("runs/demo");
  command->add_option("--out", *out, "Run folder; what an earlier demo left there is replaced")->capture_default_str();
  add_threads(*command);
  command->callback([out] {
    TrainingRun run;
    run.out = *out;
    run.network = {.maps = 32, .groups = 4, .bits = 3};
    run.options.recipe = find_recipe("demo");
    for (const char* left : {"last.safetensors", "best.safetensors", "metrics.csv"})
      std::filesystem::remove(*out / left);
    const DatasetPair data = builtin_images();
    train_and_report(run, data);
    classify_a_few(*out / "best.safetensors", data.test);
  });
}

}  // namespace mog::apps
