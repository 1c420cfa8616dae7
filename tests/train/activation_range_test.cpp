// A run's range of activations, and where gradients pass them.
#include "train/activation_range.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "models/mognet.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

std::map<std::string, std::vector<float>> numbers_of(const Parameters<float>& parameters) {
  std::map<std::string, std::vector<float>> all;
  for (const auto& parameter : parameters.trained()) {
    all[parameter.name].assign(parameter.value.values().begin(), parameter.value.values().end());
  }
  return all;
}

/// Some values that are not 1 and 0.
void shift_constants(Parameters<float>& parameters) {
  for (auto& parameter : parameters.trained()) {
    if (parameter.decays) continue;
    for (float& value : parameter.value.values()) value += 0.25F;
  }
}

}  // namespace

TEST_CASE("a range divides gamma and beta before activations, and nothing else") {
  Parameters<float> parameters(1);
  const TinyNet net(parameters);
  shift_constants(parameters);
  const auto before = numbers_of(parameters);
  divide_ranges(parameters, 4);
  for (const auto& entry : numbers_of(parameters)) {
    const std::string& name = entry.first;
    CAPTURE(name);
    const bool divided = name.starts_with("residual.") && name.find(".norm.") != std::string::npos;
    std::vector<float> expected = before.at(name);
    for (float& value : expected) value = divided ? value / 4 : value;
    CHECK(entry.second == expected);
  }
  const auto divided = numbers_of(parameters);
  divide_ranges(parameters, 1);
  CHECK(numbers_of(parameters) == divided);
}

TEST_CASE("a network of ReLUs computes the same logits whatever the range, but for its normalisations' epsilon") {
  Parameters<float> parameters(1);
  Mognet<float> net(parameters, {.maps = 8, .groups = 2, .bits = 2, .classes = 4});
  const auto images = random_tensor<float>({4, 8, 8, 3}, 5, -1, 1);
  const auto logits = [&] {
    Tape<float> tape;
    Pass<float> pass{.tape = tape};
    const Tensor<float> y = net(pass, {images}).value;
    return std::vector<float>(y.values().begin(), y.values().end());
  };
  const std::vector<float> before = logits();
  divide_ranges(parameters, 2);
  const std::vector<float> after = logits();
  CHECK(before != after);  // epsilon weighs more beside smaller numbers
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(std::abs(after[i] - before[i]) < 0.05F);
}

TEST_CASE("a run divides once, as it begins, stopped and resumed or not") {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({0, 0, 2});
  options.recipe.stages[2].schedule = Schedule::constant(1e-12);
  options.recipe.stages[2].range = 2;
  const auto gamma = [](TinyRun& run) { return run.parameters.find("residual.a.norm.gamma")->value[0]; };
  TinyRun whole(options);
  whole.trainer.run();
  CHECK(gamma(whole) == 0.5F);

  const TemporaryFolder folder;
  const RunFolder files(folder.path() / "run");
  TinyRun stopped(options), resumed(options);
  StepCounter in_first_epoch(3), to_the_end;
  attach(stopped, files, in_first_epoch);
  stopped.trainer.run();
  attach(resumed, files, to_the_end);
  resumed.trainer.run();
  CHECK(to_the_end.steps == 9);
  CHECK(gamma(resumed) == 0.5F);
}

TEST_CASE("a recipe's slope of QReLU decides what a step of the quantized run learns, and nothing of the others") {
  const auto weights_after = [](const std::vector<Index>& epochs, QreluSlope slope) {
    TrainOptions options = tiny_options();
    options.recipe = options.recipe.with_epochs(epochs);
    options.recipe.qrelu_slope = slope;
    TinyRun run(options);
    run.trainer.run();
    return numbers_of(run.parameters);
  };
  CHECK(weights_after({1, 1, 0}, QreluSlope::wide) == weights_after({1, 1, 0}, QreluSlope::clipped));
  CHECK(weights_after({0, 0, 1}, QreluSlope::wide) != weights_after({0, 0, 1}, QreluSlope::clipped));
}
