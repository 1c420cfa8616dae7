// One seed, one run: the same checkpoint after every step on any number of threads, and wherever a run was cut in two.
#include <doctest/doctest.h>

#include <vector>

#include "core/parallel.hpp"
#include "models/mognet.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// The bytes of last.safetensors after every step and every epoch of a small MOGNET's three runs, then
/// best.safetensors. Maps of 24 x 32 x 32 x 8 numbers are cut into a dozen pieces, so that each of eight threads has
/// its own.
std::vector<std::string> checkpoints(int bits, int threads, WeightGradients how = WeightGradients::floats) {
  static const DatasetPair data{.train = tiny_images(48, 0, 32), .test = tiny_images(24, 1, 32)};
  const int before = mog::threads();
  set_threads(threads);
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  Parameters<float> parameters(7);
  const bool blocks = how == WeightGradients::blocks;  // which need groups of 16 latents
  Mognet<float> network(parameters,
                        {.maps = blocks ? 32 : 8, .groups = blocks ? 1 : 2, .bits = bits, .classes = kTinyClasses});
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 1, 1});
  options.recipe.batch = 24;
  options.recipe.weight_gradients = how;
  options.save_every = 0;
  Trainer trainer(parameters, std::ref(network), data, options);
  std::vector<std::string> files;
  trainer.set_folder(folder);
  trainer.set_stop([&] {
    if (std::filesystem::exists(folder.last())) files.push_back(bytes_of_file(folder.last()));
    return false;
  });
  CHECK(trainer.run().finished);
  files.push_back(bytes_of_file(folder.last()));
  files.push_back(bytes_of_file(folder.best()));
  set_threads(before);
  return files;
}

/// The last and the best checkpoint of a tiny run that is stopped after `step` steps, if it has as many, and resumed.
std::vector<std::string> interrupted(int bits, Index step, WeightGradients how = WeightGradients::floats) {
  const TemporaryFolder temporary;
  const RunFolder folder(temporary / "run");
  for (const Index steps : {step, Index{-1}}) {
    TrainOptions options = tiny_options();
    options.recipe.weight_gradients = how;
    TinyRun run(options, tiny_data(), bits);
    StepCounter counter(steps);
    attach(run, folder, counter);
    CHECK(run.trainer.run().finished == (steps == -1 || step == kTinySteps));
  }
  return {bytes_of_file(folder.last()), bytes_of_file(folder.best())};
}

/// The weights that a tiny run of these epochs ends with. Its checkpoint would tell how they were trained, too.
std::vector<float> weights_after(const std::vector<Index>& epochs, WeightGradients how) {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs(epochs);
  options.recipe.weight_gradients = how;
  TinyRun run(options);
  CHECK(run.trainer.run().finished);
  std::vector<float> weights;
  for (const auto& parameter : run.parameters.trained()) {
    const auto values = parameter.value.values();
    weights.insert(weights.end(), values.begin(), values.end());
  }
  return weights;
}

}  // namespace

TEST_CASE(
    "1, 2, 3, 4 and 8 threads write the same checkpoints, byte for byte, in each of the three runs, for k = 1 to 3") {
  for (const int bits : {1, 2, 3}) {
    const std::vector<std::string> one = checkpoints(bits, 1);
    REQUIRE(one.size() == 7);  // six steps: before each but the first, at the end, and the best
    for (const int threads : {2, 3, 4, 8}) {
      const std::vector<std::string> many = checkpoints(bits, threads);
      REQUIRE(many.size() == one.size());
      for (std::size_t i = 0; i < one.size(); ++i) {
        INFO("k = ", bits, ", ", threads, " threads, checkpoint ", i);
        CHECK((many[i] == one[i]));  // not printed
      }
    }
  }
}

TEST_CASE("a run that is stopped after any of its steps and resumed ends with the same bytes, for k = 1 to 3") {
  for (const int bits : {1, 2, 3}) {
    const std::vector<std::string> whole = interrupted(bits, kTinySteps);
    for (Index step = 0; step < kTinySteps; ++step) {
      INFO("k = ", bits, ", stopped after step ", step);
      CHECK((interrupted(bits, step) == whole));
    }
  }
}

TEST_CASE("weight gradients in blocks are for the third run, and change no weight in the others") {
  for (const std::vector<Index>& epochs : {std::vector<Index>{1, 1, 0}, {0, 0, 1}}) {
    const bool same = weights_after(epochs, WeightGradients::blocks) == weights_after(epochs, WeightGradients::floats);
    CHECK(same == (epochs[2] == 0));
  }
}

TEST_CASE("with weight gradients in blocks threads write the same checkpoints, too") {
  const std::vector<std::string> one = checkpoints(3, 1, WeightGradients::blocks);
  for (const int threads : {2, 3}) CHECK((checkpoints(3, threads, WeightGradients::blocks) == one));
}

TEST_CASE("with weight gradients in blocks a run that is stopped in its last epochs ends with the same bytes, too") {
  const std::vector<std::string> whole = interrupted(2, kTinySteps, WeightGradients::blocks);
  for (Index step = kTinySteps - 8; step < kTinySteps; step += 3) {
    INFO("stopped after step ", step);
    CHECK((interrupted(2, step, WeightGradients::blocks) == whole));
  }
}
