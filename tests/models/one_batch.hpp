// One batch that a network is to learn by heart, by plain gradient descent.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "layers/parameters.hpp"

namespace mog::testing {

class OneBatch {
 public:
  /// Random pictures of side x side pixels; their classes in turn.
  OneBatch(Index pictures, Index side, Index classes = 10)
      : images_(random_tensor<float>({pictures, side, side, 3}, 2)) {
    for (Index i = 0; i < pictures; ++i) labels_.push_back(static_cast<std::int32_t>(i % classes));
  }

  /// A step down the gradient, for each parameter of the same length for its size; those without a gradient stand still.
  /// Returns the loss before it.
  template <class Net>
  float step(Net& net, Parameters<float>& parameters, Stage stage) {
    Pass<float> pass{.tape = tape_, .stage = stage};
    const auto loss = softmax_cross_entropy(tape_, net(pass, {images_}), labels_);
    const float value = loss.value[0];
    tape_.backward(loss);
    for (Parameter<float>& parameter : parameters.trained()) {
      if (parameter.gradient.empty()) continue;
      double norm = 1e-12;
      for (const float g : parameter.gradient.values()) norm += static_cast<double>(g) * static_cast<double>(g);
      const auto rate = static_cast<float>(0.02 * std::sqrt(static_cast<double>(parameter.value.elements()) / norm));
      for (Index i = 0; i < parameter.value.elements(); ++i) parameter.value[i] -= rate * parameter.gradient[i];
    }
    parameters.clear_gradients();
    tape_.reset();
    return value;
  }

  /// Of so many steps, each an epoch of its own where step sizes are to follow the weights.
  template <class Net>
  float smallest_loss(Net& net, Parameters<float>& parameters, Stage stage, int steps, bool epochs = false) {
    float smallest = 1e9F;
    for (int i = 0; i < steps; ++i) {
      if (epochs) parameters.begin_epoch();
      smallest = std::min(smallest, step(net, parameters, stage));
    }
    return smallest;
  }

 private:
  Tensor<float> images_;
  std::vector<std::int32_t> labels_;
  Tape<float> tape_;
};

}  // namespace mog::testing
