// Activations: ReLU, and the k-bit quantized ReLU (paper Eq. 1) that replaces it in the last run.
#pragma once

#include "core/kernels/passing_window.hpp"
#include "layers/pass.hpp"

namespace mog {

/// Rectified linear unit.
///   forward   y = max(x, 0)
///   backward  dx = dy [x > 0]
/// Shapes    any.  Saves  y (which the next convolution keeps anyway).
template <class T>
Variable<T> relu(Tape<T>& tape, const Variable<T>& x);

/// Where the gradient of a quantized ReLU of `bits` bits passes.
///   wide     |x| <= 1, as the paper has it (under Eq. 1)
///   clipped  where codes change, and half a step around it: 0 <= x <= 1, the slope of a ReLU clipped at 1; for k = 1,
///            whose only step is at 0, |x| <= 1/2
kernels::PassingWindow passing_window(QreluSlope slope, int bits);

/// k-bit quantized ReLU (paper Eq. 1) on codes, with a straight-through gradient.
///   forward   q = round(clip(x, 0, 1) (2^k - 1)), ties to even;  k = 1: q = [x > 0]
///   backward  dx = dq (2^k - 1) [low <= x <= high]      an estimator, not a derivative; see passing_window
/// Shapes    any.  Saves  one bit an element, not x.  Throws  std::invalid_argument unless 1 <= k <= 8.
template <class T>
Variable<T> qrelu(Tape<T>& tape, const Variable<T>& x, int bits, QreluSlope slope = QreluSlope::wide);

/// The activation of this pass: codes of `bits` bits in the quantized run, ReLU in the others.
template <class T>
Variable<T> activation(Pass<T>& pass, const Variable<T>& x, int bits);

}  // namespace mog
