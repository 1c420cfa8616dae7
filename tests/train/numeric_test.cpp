// Numbers that go wrong: wherever a NaN, an infinity or a step size of 0 comes from, the run ends before the update,
// says where, and keeps its last good checkpoint.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"
#include "train/finite.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A run whose network can be spoiled in the forward or the backward pass.
struct SpoiledRun {
  using Spoil = std::function<void(Pass<float>&, Variable<float>&)>;

  explicit SpoiledRun(const TrainOptions& options = tiny_options())
      : net(parameters),
        trainer(
            parameters,
            [this](Pass<float>& pass, const Variable<float>& images) {
              Variable<float> x = images;
              if (armed && spoil_images) spoil_images(pass, x);
              Variable<float> y = net(pass, x);
              if (armed && spoil_logits) spoil_logits(pass, y);
              return y;
            },
            tiny_data(), options, TinyRun::description()) {}

  /// Trains with a folder until something goes wrong in step `step` of the whole run, counted from
  /// 0; returns the message.
  std::string message(Index step, const std::function<void()>& spoil = {}) {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    StepCounter counter;
    std::string good;
    std::vector<float> before;
    trainer.set_folder(folder);
    trainer.set_listener(counter);
    trainer.set_stop([&] {
      if (counter.steps != step) return false;
      armed = true;
      good = std::filesystem::exists(folder.last()) ? bytes_of_file(folder.last()) : "";
      if (spoil) spoil();
      before = weights();
      return false;
    });
    std::string said;
    try {
      trainer.run();
    } catch (const NumericError& error) {
      said = error.what();
    }
    CHECK(counter.steps == step);
    CHECK(same_bits(weights(), before));
    if (!good.empty()) {
      CHECK((bytes_of_file(folder.last()) == good));
      CHECK(said.ends_with("; the weights were not updated; " + folder.last().string() + " is as it was last saved"));
    }
    return said.substr(0, said.find("; the weights were not updated"));
  }

  std::vector<float> weights() {
    std::vector<float> all;
    for (const auto& p : parameters.trained()) all.insert(all.end(), p.value.values().begin(), p.value.values().end());
    return all;
  }
  static bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
             return x == y || (std::isnan(x) && std::isnan(y));
           });
  }
  Parameter<float>& parameter(const std::string& name) {
    for (auto& p : parameters.trained()) {
      if (p.name == name) return p;
    }
    throw std::invalid_argument("no parameter " + name);
  }

  Parameters<float> parameters{7};
  TinyNet net;
  bool armed = false;
  Spoil spoil_images, spoil_logits;
  Trainer trainer;
};

// Steps of the whole run: six an epoch; three epochs, two, three.
constexpr Index kFull = 8, kWeights = 3 * 6 + 8, kQuantized = 5 * 6 + 8;
const std::pair<Index, const char*> kPlaces[] = {{kFull, "train: full-precision, epoch 2, step 3: "},
                                                 {kWeights, "train: quantized-weights, epoch 2, step 3: "},
                                                 {kQuantized, "train: quantized, epoch 2, step 3: "}};

}  // namespace

TEST_CASE("a pixel that is no number is found in the first layer's output, in every stage, quantized activations too") {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (const auto& place : kPlaces) {
      const Index step = place.first;
      const char* const where = place.second;
      INFO(bad, ", ", where);
      SpoiledRun run;
      run.spoil_images = [bad](Pass<float>&, Variable<float>& x) { x.value[77] = bad; };
      const std::string said = run.message(step);
      INFO(said);
      CHECK(said.starts_with(where + std::string("norm: the batch's mean and variance of channel 0 are ")));
      CHECK(said.ends_with("; first seen in what conv returns"));
    }
  }
}

TEST_CASE("a weight that is no number is named, though binary and ternary weights would hide an infinity") {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (const auto& place : kPlaces) {
      const Index step = place.first;
      const char* const where = place.second;
      for (const char* name : {"conv.weight", "residual.b.norm.gamma", "head.weight", "head_norm.beta"}) {
        SpoiledRun run;
        const std::string said = run.message(step, [&] { run.parameter(name).value[3] = bad; });
        CHECK(said.starts_with(concat(where, name, "[3] is ", bad)));
      }
    }
  }
}

TEST_CASE("a running statistic that is no number is named before it reaches a checkpoint") {
  SpoiledRun run;
  const std::string said =
      run.message(kQuantized, [&] { run.parameters.find_buffer("norm.variance")->value[2] = kInfinity; });
  CHECK(said.find("epoch 2, step 3: norm.variance[2] is inf") != std::string::npos);
}

TEST_CASE("a loss that is no number is named, with the layer when one returned it") {
  for (const auto& [step, where] : kPlaces) {
    SpoiledRun run;
    run.spoil_logits = [](Pass<float>&, Variable<float>& y) { y.value[0] = kNan; };
    CHECK(run.message(step) == where + std::string("the loss is nan"));
  }
}

TEST_CASE("a gradient that is no number, or whose square is none, is named with its parameter") {
  const auto said = [](float bad) {
    SpoiledRun run;
    run.spoil_logits = [bad](Pass<float>& pass, Variable<float>& y) {
      y = pass.tape.record(Tensor<float>(y.value), {y.gradient},
                           [&tape = pass.tape, bad, dy_sum = y.gradient](const Tensor<float>& dy) {
                             const Tensor<float> spoiled = tape.make(dy.shape());
                             spoiled.fill(bad);
                             dy_sum.add(spoiled);
                           });
    };
    return run.message(kQuantized);
  };
  CHECK(said(kNan).find("train: quantized, epoch 2, step 3: the gradient of ") == 0);
  CHECK(said(kNan).find("[0] is nan") != std::string::npos);
  CHECK(said(kInfinity).find(" is ") != std::string::npos);
  CHECK(said(1e25F).find(", too large to be squared") != std::string::npos);
}

TEST_CASE("a learning rate that is no number is refused before there is a run") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    TrainOptions options = tiny_options();
    options.recipe.stages[1].schedule.first = bad;
    options.recipe.stages[1].schedule.kind = Schedule::Kind::constant;
    CHECK_THROWS_WITH_AS(SpoiledRun{options}, doctest::Contains("schedule: learning rate "), std::invalid_argument);
  }
}

TEST_CASE("a learning rate so large that weights overflow ends in the next step, and nothing of it is saved") {
  TrainOptions options = tiny_options();
  options.recipe.stages[0].schedule = Schedule::constant(1e38);
  options.save_every = 0;
  SpoiledRun run(options);
  const std::string said = run.message(1);
  CHECK(said.find("train: full-precision, epoch 1, step 2: ") == 0);
}

TEST_CASE("a step size of zero stops where it would be used, and at the beginning of an epoch where it arises") {
  SpoiledRun run;
  CHECK(run.message(kQuantized, [&] { run.parameters.find_buffer("conv.weight.step")->value[0] = 0; }) ==
        "train: quantized, epoch 2, step 3: conv.weight: step size 0, expected a positive one");
  // Spoiled before the last step of an epoch at a learning rate of 0, which leaves the weights as they are.
  TrainOptions options = tiny_options();
  for (auto& plan : options.recipe.stages) plan.schedule = Schedule::drop(1e-3, 0, 0);
  SpoiledRun still(options);
  StepCounter counter;
  still.trainer.set_listener(counter);
  still.trainer.set_stop([&] {
    if (counter.steps == 5) still.parameter("conv.weight").value.fill(0);
    return false;
  });
  CHECK_THROWS_WITH_AS(still.trainer.run(),
                       doctest::Contains("train: full-precision, epoch 2, step 1: conv.weight: step size 0"),
                       NumericError);
}

TEST_CASE("every bit of an exponent counts: the largest numbers pass, infinity and NaN of either sign do not") {
  Parameters<float> parameters;
  auto* p = parameters.add("p", {37}, Initial::constant(1));
  p->gradient = Tensor<float>::filled({37}, 1.0F);
  const float largest = std::numeric_limits<float>::max();
  for (Index i = 0; i < 37; ++i) {
    for (const float good : {largest, -largest, 0.0F, -0.0F, std::numeric_limits<float>::denorm_min()}) {
      p->value[i] = good;
      CHECK(first_not_finite(p->value) == -1);
    }
    for (const float bad : {kNan, -kNan, kInfinity, -kInfinity}) {
      p->value[i] = bad;
      CHECK(first_not_finite(p->value) == i);
      CHECK_THROWS_AS(check_values(parameters), NumericError);
    }
    p->value[i] = 1;
    for (const float good : {0x1.fffffep63F, -0x1.fffffep63F}) {
      p->gradient[i] = good;
      CHECK(std::isfinite(good * good));
      CHECK_NOTHROW(check_gradients(parameters));
    }
    for (const float bad : {0x1p64F, -0x1p64F, kNan, kInfinity}) {
      p->gradient[i] = bad;
      CHECK_THROWS_AS(check_gradients(parameters), NumericError);
    }
    p->gradient[i] = 1;
  }
}
