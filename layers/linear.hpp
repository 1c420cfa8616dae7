// Fully connected layer: a pointwise convolution on vectors, with a bias.
#pragma once

#include "layers/pass.hpp"
#include "layers/weights.hpp"

namespace mog {

struct LinearOptions {
  Index in;          // input features, at least 1
  Index out;         // output features, at least 1
  bool bias = true;  // in full precision, whatever the weights are
};

/// y[n, o] = sum_c x[n, c] w[c, o] + b[o];  dx = dy w^T, dw = x^T dy, db = sum_n dy.
/// Shapes  x [..., C], y [..., O].  Requests NAME.weight [C, O] of its source, Glorot uniform;
/// owns NAME.bias [O], zero.
template <class T>
class Linear {
 public:
  Linear(Parameters<T>& parameters, const std::string& name, const LinearOptions& options,
         const WeightMaker<T>& weights = plain_weights<T>);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  /// What the layer computes with in this pass.
  Variable<T> weights(Pass<T>& pass) const { return source_->weights(pass); }
  [[nodiscard]] const Parameter<T>* bias() const { return bias_; }  // null without bias

 private:
  std::string name_;
  LinearOptions options_;
  std::shared_ptr<WeightSource<T>> source_;
  Parameter<T>* bias_;  // null without bias
};

}  // namespace mog
