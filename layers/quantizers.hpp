// Weight quantizers: binary (sign) and balanced ternary, with straight-through gradients.
#pragma once

#include <span>

#include "core/tape.hpp"

namespace mog {

/// Binary quantizer.
///   forward   q = w >= 0 ? +1 : -1; NaN stays NaN, so that the loss becomes NaN
///   backward  dw = dq [|w| <= 1]      an estimator, not a derivative
/// Shapes    any.  Saves  w.
template <class T>
Variable<T> binarize(Tape<T>& tape, const Variable<T>& w);

/// Ternary quantizer (paper Eq. 5) with step size s > 0.
///   forward   q = clip(round(w / s), -1, 1), ties to even: |w| = s / 2 gives 0; NaN stays NaN
///   backward  dw = dq [|w| <= 1]      an estimator, not a derivative
/// Shapes    w any, step [1].  Saves  w.  Throws  NumericError unless s is positive and finite.
template <class T>
Variable<T> ternarize(Tape<T>& tape, const Variable<T>& w, const Tensor<T>& step);

/// Step size of balanced ternary quantization (paper Eq. 6): s = |q1| + |q2| with q1, q2 the exact tertiles of the
/// proxy weights, the quantiles 1/3 and 2/3 with linear interpolation between order statistics. Throws
/// std::invalid_argument when w is empty, NumericError when a weight is NaN.
template <class T>
T balanced_step(std::span<const T> w);

}  // namespace mog
