// A few training steps of a small MOGNET, for the tests that count or compare what happens in them.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "models/mognet.hpp"

namespace mog {

/// MOGNET n = 8 on one batch of random pictures, moved by plain gradient descent.
class TinyRun {
 public:
  explicit TinyRun(Stage stage) : stage_(stage) {
    for (int label = 0; label < kBatch; ++label) labels_.push_back(label);
  }

  void step() {
    Pass<float> pass{.tape = tape_, .stage = stage_};
    const Variable<float> loss = softmax_cross_entropy<float>(tape_, net_(pass, {images_}), labels_);
    tape_.backward(loss);
    for (Parameter<float>& p : parameters_.trained()) {
      for (Index i = 0; i < p.value.elements(); ++i) p.value[i] -= 0.01F * p.gradient[i];
    }
    parameters_.clear_gradients();
    tape_.reset();
  }

  Parameters<float>& parameters() { return parameters_; }
  Tape<float>& tape() { return tape_; }

 private:
  static constexpr int kBatch = 10;

  Stage stage_;
  Parameters<float> parameters_;
  Mognet<float> net_{parameters_, {.maps = 8, .groups = 2, .bits = 3}};
  Tape<float> tape_;
  Tensor<float> images_ = random_tensor<float>({kBatch, 32, 32, 3}, 1);
  std::vector<std::int32_t> labels_;
};

}  // namespace mog
