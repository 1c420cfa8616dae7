// A network and a data set small enough to be trained many times in one test.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/blocks.hpp"
#include "layers/pooling.hpp"
#include "train/trainer.hpp"

namespace mog::testing {

constexpr Index kTinyClasses = 4;

/// Every kind of layer that MOGNET has, on 8x8 pictures.
struct TinyNet {
  explicit TinyNet(Parameters<float>& p, int k = 2)
      : bits(k),
        conv(p, "conv", {.in = 3, .out = 8, .kernel = 3}, ternary_weights<float>),
        norm(p, "norm", {.channels = 8}),
        residual(p, "residual", {.channels = 8, .groups = 2, .bits = k, .layer = 0}),
        head(p, "head", {.in = 8, .out = kTinyClasses}, binary_weights<float>),
        head_norm(p, "head_norm", {.channels = kTinyClasses}) {}

  Variable<float> operator()(Pass<float>& pass, const Variable<float>& images) {
    Variable<float> x = activation(pass, norm(pass, conv(pass, images)), bits);
    x = max_pool(pass.tape, residual(pass, x));
    return global_average_pool(pass.tape, head_norm(pass, head(pass, x)));
  }

  int bits;
  Conv<float> conv;
  BatchNorm<float> norm;
  Mrb<float> residual;
  Conv<float> head;
  BatchNorm<float> head_norm;
};

/// Noisy pictures; each class has its colour.
inline Dataset tiny_images(Index count, std::uint32_t which, Index side = 8) {
  Dataset data;
  data.name = "tiny";
  data.height = data.width = side;
  data.class_names = {"red", "green", "blue", "none"};
  data.resize(count);
  for (Index i = 0; i < count; ++i) {
    Random random(3, Purpose::user, which, static_cast<std::uint32_t>(i));
    const auto label = static_cast<std::int32_t>(i % kTinyClasses);
    data.labels[static_cast<std::size_t>(i)] = label;
    for (Index p = 0; p < data.image_bytes(); ++p) {
      const bool own = p % 3 == label;
      data.image(i)[p] = static_cast<std::uint8_t>(random.below(200) + (own ? 56 : 0));
    }
  }
  return data;
}

inline const DatasetPair& tiny_data() {
  static const DatasetPair data{.train = tiny_images(58, 0), .test = tiny_images(30, 1)};
  return data;
}

/// Three epochs of six steps (the last one smaller), two epochs, three.
inline TrainOptions tiny_options() {
  TrainOptions options{.recipe = find_recipe("short").with_epochs({3, 2, 3}), .seed = 9};
  options.recipe.batch = 10;
  options.recipe.augment.pad = 1;
  return options;
}
constexpr Index kTinySteps = 8 * 6;

/// Network, trainer and whatever they need, in one place.
struct TinyRun {
  explicit TinyRun(const TrainOptions& options = tiny_options(), const DatasetPair& data = tiny_data(), int bits = 2)
      : net(parameters, bits), trainer(parameters, std::ref(net), data, options, description()) {}

  static Description description() { return {.words = {{"model", "tiny"}}, .class_names = {"red", "green"}}; }

  Parameters<float> parameters{7};
  TinyNet net;
  Trainer trainer;
};

/// Stops a run once this many steps have been made.
class StepCounter : public TrainListener {
 public:
  explicit StepCounter(Index limit = -1) : limit_(limit) {}
  void on_step(const Progress& /*progress*/) override { ++steps; }
  void on_message(const std::string& text) override { messages += text + "\n"; }
  [[nodiscard]] bool reached() const { return steps == limit_; }

  Index steps = 0;
  std::string messages;

 private:
  Index limit_;
};

/// The run's files are in the folder; it goes on where that stands, and stops where the counter says.
inline void attach(TinyRun& run, const RunFolder& folder, StepCounter& counter) {
  run.trainer.set_folder(folder);
  run.trainer.set_listener(counter);
  run.trainer.set_stop([&counter] { return counter.reached(); });
  if (std::filesystem::exists(folder.last())) run.trainer.resume();
}

}  // namespace mog::testing
