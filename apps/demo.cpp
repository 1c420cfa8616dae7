// `mog demo`: trains a small MOGNET on the built-in images with `mog train`, and shows what it learned.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "apps/classifier.hpp"
#include "apps/commands.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/printable.hpp"
#include "data/builtin.hpp"
#include "train/run_folder.hpp"

namespace mog::apps {
namespace {

/// Removes what an earlier demo left. Throws std::invalid_argument when the folder holds another run.
void make_room(const std::filesystem::path& out) {
  const RunFolder folder(out);  // throws when another process is training in it
  if (std::filesystem::exists(folder.last())) {
    constexpr Index kLargest = 1 << 20;
    const std::filesystem::path config = out / "config.ini";
    std::string text;
    if (std::filesystem::exists(config)) {
      for (const std::byte byte : read_bytes(config, kLargest)) text += static_cast<char>(byte);
    }
    require(text.find("recipe = demo\n") != std::string::npos, "demo: ", out.string(),
            ": holds a run that is no demo's; choose another folder with --out");
  }
  std::error_code ignored;  // a file that stays is refused by the run, which says so
  for (const auto& left : {folder.last(), folder.best(), folder.metrics()}) std::filesystem::remove(left, ignored);
}

/// The demo is a training like any other: this runs `mog train` with these words.
void train(std::vector<std::string> words) {
  CLI::App app;
  add_train(app);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  app.parse(std::move(words));
}

/// The first picture of each class that the network has not seen.
void classify_a_few(const std::filesystem::path& checkpoint) {
  const auto trained = load_classifier(checkpoint);
  const Dataset test = builtin_images({.train = 1, .test = trained->facts().classes}).test;
  Index right = 0;
  std::printf("\n%-18s %-18s %7s\n", "a picture of a", "is taken for a", "sure");
  for (Index i = 0; i < test.size(); ++i) {
    const Guess guess = classify(*trained, {test.image(i), static_cast<std::size_t>(test.image_bytes())}).front();
    const std::string& truth = test.class_names[static_cast<std::size_t>(test.labels[static_cast<std::size_t>(i)])];
    right += guess.name == truth ? 1 : 0;
    std::printf("%-18s %-18s %5.1f %%  %s\n", printable(truth).c_str(), printable(guess.name).c_str(),
                100 * guess.probability, guess.name == truth ? "right" : "wrong");
  }
  std::printf("%lld of %lld right\n", static_cast<long long>(right), static_cast<long long>(test.size()));
}

void run(const std::filesystem::path& out) {
  const auto start = std::chrono::steady_clock::now();
  make_room(out);
  std::fprintf(stderr,
               "A small MOGNET learns to tell ten classes of drawn pictures apart, about two minutes:\n"
               "mog train --recipe demo --n 32 --g 4 --k 3 --out %s\n\n",
               printable(out).c_str());
  train({"train", "--recipe", "demo", "--n", "32", "--g", "4", "--k", "3", "--out", out.string()});
  classify_a_few(out / "best.safetensors");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::fprintf(stderr, "\n%.0f seconds\n", took.count());
}

}  // namespace

void add_demo(CLI::App& app) {
  CLI::App* command = app.add_subcommand("demo", "Train a small MOGNET on built-in images, in about two minutes");
  auto out = std::make_shared<std::filesystem::path>("runs/demo");
  command->add_option("--out", *out, "Run folder; what an earlier demo left there is replaced")->capture_default_str();
  add_threads(*command);
  command->callback([out] { run(*out); });
}

}  // namespace mog::apps
