// What several families' reference bodies share.
#pragma once

#include <cmath>

#include "core/kernels/passing_window.hpp"

namespace mog::kernels {

/// Paper Eq. 1 on codes: round(min(max(x, 0), 1) (2^bits - 1)), ties to even; bits = 1: x > 0. NaN becomes 0.
template <class T>
T qrelu_code(T x, int bits) {
  if (bits == 1) return x > 0 ? 1 : 0;
  const T clipped = x > 0 ? (x < 1 ? x : 1) : 0;  // comparisons with NaN are false
  return std::nearbyint(clipped * static_cast<T>((1 << bits) - 1));
}

/// Whether the gradient of qrelu_code passes at x; not where x is NaN.
template <class T>
bool passes(T x, PassingWindow window) {
  return x >= static_cast<T>(window.low) && x <= static_cast<T>(window.high);
}

}  // namespace mog::kernels
