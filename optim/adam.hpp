// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1).
#pragma once

#include "optim/optimizer.hpp"

namespace mog {

struct AdamOptions {
  double beta1 = 0.9;       // decay of the first moment, 0 <= beta1 < 1 (paper Table I)
  double beta2 = 0.999;     // decay of the second moment, 0 <= beta2 < 1 (paper Table I)
  double epsilon = 1e-7;    // added to the root, positive; the Keras default, since the paper trained there
  double weight_decay = 0;  // decoupled, of quantized weights' proxies, 0 or more (Loshchilov and Hutter, ICLR 2019)
};

/// With t the number of the step, g the gradient:
///   m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
///   w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon sqrt(1 - beta2^t))
/// which is Algorithm 1 with its two bias corrections folded into the last line. With weight decay d, w is (1 - lr d) w
/// before its step, where w is a weight (AdamW, Algorithm 2); gamma and beta of a normalisation do not decay. State:
/// adam.m.NAME, adam.v.NAME.
template <class T>
class Adam final : public Optimizer<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  explicit Adam(Parameters<T>& parameters, const AdamOptions& options = {});
  [[nodiscard]] const char* name() const override { return "adam"; }

 private:
  void begin(double learning_rate) override;
  void update(std::size_t i, Parameter<T>& parameter) override;

  AdamOptions options_;
  std::size_t m_, v_;         // where the moments begin in the state
  T rate_ = 0, epsilon_ = 0;  // of this step, bias corrections included
  T keep_ = 1;                // what is left of a weight after its decay
};

}  // namespace mog
