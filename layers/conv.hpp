// Convolution: pointwise (1x1) or 3x3 grouped, with full-precision, binary or ternary weights.
#pragma once

#include "layers/pass.hpp"
#include "layers/quantizers.hpp"
#include "layers/weights.hpp"

namespace mog {

/// y[n, h, w, o] = sum_c x[n, h, w, c] w[c, o].
///   backward  dx = dy w^T, dw = x^T dy
/// Shapes    x [..., C], w [C, O], y [..., O].  Saves  x when dw is wanted, w when dx is.  Throws std::invalid_argument
/// on other shapes.
template <class T>
Variable<T> pointwise(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

/// 3x3 convolution with stride 1 and a border of zeros, in G groups of I input and Q output channels.
///   backward  the two gradients of the convolution, see core/kernels/conv3x3_f32
/// Shapes    x [N, H, W, G I], w [G, 3, 3, I, Q], y [N, H, W, G Q].  Saves  x when dw is wanted, w when dx is.
template <class T>
Variable<T> conv3x3(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

struct ConvOptions {
  Index in;          // input channels, at least 1
  Index out;         // output channels, at least 1
  int kernel = 1;    // 1 or 3 pixels wide and high
  Index groups = 1;  // divides in and out; 1 for a pointwise kernel
  int stride = 1;    // 1, or 2 for maps of half the height and width
};

/// A convolution layer without bias (batch normalisation follows, and brings one). Its weights come from a source, of
/// which it requests NAME.weight of shape [C, O] or [G, 3, 3, I, Q], begun as Glorot uniform, as Keras does.
template <class T>
class Conv {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  Conv(Parameters<T>& parameters, const std::string& name, const ConvOptions& options,
       const WeightMaker<T>& weights = plain_weights<T>);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);

  /// What the layer computes with in this pass.
  Variable<T> weights(Pass<T>& pass) const { return source_->weights(pass); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const ConvOptions& options() const { return options_; }
  [[nodiscard]] const WeightSource<T>& source() const { return *source_; }

 private:
  std::string name_;
  ConvOptions options_;
  std::shared_ptr<WeightSource<T>> source_;
};

}  // namespace mog
