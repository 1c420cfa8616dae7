// Convolution: pointwise (1x1) or 3x3 grouped, with full-precision, binary or ternary weights.
#pragma once

#include <optional>

#include "layers/pass.hpp"
#include "layers/quantizers.hpp"

namespace mog {

/// y[n, h, w, o] = sum_c x[n, h, w, c] w[c, o].
///   backward  dx = dy w^T, dw = x^T dy
/// Shapes    x [..., C], w [C, O], y [..., O].  Saves  x when dw is wanted, w when dx is.  Throws std::invalid_argument
/// on other shapes.
template <class T>
Variable<T> pointwise(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

/// A pointwise product by weights that nobody trains, with what the operation behind it needs to send its gradient
/// through both at once.
template <class T>
struct FixedProduct {
  Variable<T> y;   // pointwise(tape, x, {w})
  Gradient<T> dx;  // of x
  Tensor<T> w;
  Tensor<T> mean = {}, variance = {};  // of y's channels, biased; empty when nobody has summed them up
  Tensor<std::int16_t> shorts = {};    // y's numbers, where they are in 16 bits: then y.value is empty
};
template <class T>
FixedProduct<T> fixed_product(Tape<T>& tape, const Variable<T>& x, const Tensor<T>& w) {
  return {.y = pointwise(tape, x, {w}), .dx = x.gradient, .w = w, .mean = {}, .variance = {}, .shorts = {}};
}

/// 3x3 convolution with stride 1 and a border of zeros, in G groups of I input and Q output channels.
///   backward  the two gradients of the convolution, see core/kernels/conv3x3_f32
/// Shapes    x [N, H, W, G I], w [G, 3, 3, I, Q], y [N, H, W, G Q].  Saves  x when dw is wanted, w when dx is.
template <class T>
Variable<T> conv3x3(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

/// What three_factors_of_codes multiplies by, and what is wanted of it.
struct ThreeFactors {
  Variable<float> squeeze, group;
  Tensor<float> expand;
  bool statistics;  // whether mean and variance are wanted
  bool shorts;      // whether y may come in 16 bits, which it does when all of its numbers fit
};

/// fixed_product(tape, conv3x3(tape, pointwise(tape, x, squeeze), group), expand) for maps of codes in bytes and
/// weights -1, 0, +1, the sums taken in integers: the same numbers and gradients, sooner (core/kernels/cflog_codes).
/// Saves  x and the first product. Empty when x is not in bytes, its codes are too large for 16 bits, or the weights
/// are anything else.
std::optional<FixedProduct<float>> three_factors_of_codes(Tape<float>& tape, const Variable<float>& x,
                                                          const ThreeFactors& factors);

struct ConvOptions {
  Index in;                               // input channels, at least 1
  Index out;                              // output channels, at least 1
  int kernel = 1;                         // 1 or 3 pixels wide and high
  Index groups = 1;                       // divides in and out; 1 for a pointwise kernel
  Precision precision = Precision::full;  // of the weights in the quantized runs
};

/// A convolution layer without bias (batch normalisation follows, and brings one). Owns the parameter NAME.weight,
/// begun as Glorot uniform, as Keras does.
template <class T>
class Conv {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  Conv(Parameters<T>& parameters, const std::string& name, const ConvOptions& options);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);

  /// What the layer computes with in this pass: the weights themselves, or quantized.
  Variable<T> weights(Pass<T>& pass) { return weights_for(pass, *weight_); }

  [[nodiscard]] const ConvOptions& options() const { return options_; }
  [[nodiscard]] const Parameter<T>& weight() const { return *weight_; }

 private:
  std::string name_;
  ConvOptions options_;
  Parameter<T>* weight_;
};

}  // namespace mog
