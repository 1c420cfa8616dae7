// Stochastic gradient descent with momentum.
#pragma once

#include "optim/optimizer.hpp"

namespace mog {

struct SgdOptions {
  double momentum = 0.9;    // 0 <= momentum < 1; 0 is plain gradient descent
  double weight_decay = 0;  // of weights, 0 or more: its gradient is that of weight_decay / 2 |w|^2
};

/// u = momentum u + g + weight_decay w;  w -= lr u  (Polyak's heavy ball, as Sutskever et al., ICML 2013, write it with
/// the rate outside). State: sgd.u.NAME.
template <class T>
class Sgd final : public Optimizer<T> {
 public:
  explicit Sgd(Parameters<T>& parameters, const SgdOptions& options = {});
  [[nodiscard]] const char* name() const override { return "sgd"; }

 private:
  void begin(double learning_rate) override;
  void update(std::size_t i, Parameter<T>& parameter) override;

  SgdOptions options_;
  std::size_t u_;
  T rate_ = 0;
};

}  // namespace mog
