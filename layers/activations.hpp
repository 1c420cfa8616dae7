// Activations: ReLU, and the k-bit quantized ReLU (paper Eq. 1) that replaces it in the last run.
#pragma once

#include "layers/pass.hpp"

namespace mog {

/// Rectified linear unit.
///   forward   y = max(x, 0)
///   backward  dx = dy [x > 0]
/// Shapes    any.  Saves  y (which the next convolution keeps anyway).
template <class T>
Variable<T> relu(Tape<T>& tape, const Variable<T>& x);

/// k-bit quantized ReLU (paper Eq. 1) on codes, with a straight-through gradient.
///   forward   q = round(clip(x, 0, 1) (2^k - 1)), ties to even;  k = 1: q = [x > 0]
///   backward  dx = dq (2^k - 1) [low <= x <= high]      an estimator, not a derivative; the paper's window is |x| <= 1
/// Shapes    any.  Saves  one bit an element, not x.  Throws  std::invalid_argument unless 1 <= k <= 8.
template <class T>
Variable<T> qrelu(Tape<T>& tape, const Variable<T>& x, int bits, kernels::PassingWindow window = {});

/// The activation of this pass: codes of `bits` bits in the quantized run, ReLU in the others.
template <class T>
Variable<T> activation(Pass<T>& pass, const Variable<T>& x, int bits);

}  // namespace mog
