// What the multiplexer residual block is made of: sum, bit shift (paper Eq. 2), multiplexer (Eq. 3), thresholded
// average pooling.
#pragma once

#include <cstdint>

#include "layers/pass.hpp"

namespace mog {

/// y = a + b;  da = dy, db = dy. Shapes: all the same. Saves nothing.
template <class T>
Variable<T> add(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b);

/// y = factor x;  dx = factor dy. Shapes: the same. Saves nothing.
template <class T>
Variable<T> scaled(Tape<T>& tape, const Variable<T>& x, double factor);

/// Bit shift of the sum of two codes (paper Eq. 2), which keeps it a code.
///   forward   y = floor((a + b) / 2);  k = 1: y = a OR b
///   backward  da = dy, db = dy      the paper's "completely passed through" gradient of 1
/// Shapes    all the same.  Saves  nothing.  Throws  std::invalid_argument on different shapes, or unless 1 <= k <= 8.
template <class T>
Variable<T> bitshift(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b, int bits);

/// Thresholded global average pooling, the multiplexer's control: s[n, c] = [mean of map (n, c) > 0.5 m]. m is the
/// largest code, 2^k - 1, while activations are codes (then integers are compared, exactly: 2 sum > m H W), and the
/// largest mean among the sample's channels while they are not. No gradient.
/// Shapes    x [N, H, W, C], s [N, C] of 0 and 1.
template <class T>
Tensor<std::uint8_t> tgap(Pass<T>& pass, const Variable<T>& x, int bits);

/// Multiplexer (paper Eq. 3).
///   forward   y[n, h, w, c] = s[n, c] ? i1 : i0
///   backward  di0 = s ? 0 : dy, di1 = s ? dy : 0; none through s
/// Shapes    i0, i1, y [N, H, W, C], s [N, C].  Saves  s.
template <class T>
Variable<T> mux(Tape<T>& tape, const Variable<T>& i0, const Variable<T>& i1, const Tensor<std::uint8_t>& s);

/// What goes past a residual block's convolutions, and what the multiplexer takes at their end.
template <class T>
struct Shortcut {
  Variable<T> x;
  Tensor<std::uint8_t> s;
};

/// The path around a residual block's convolutions: x itself. Its gradient is 0 where the multiplexer took i1.
///   forward   y = x
///   backward  dx = s ? 0 : dy
/// Recorded before the convolutions, it is replayed after them, and adds to their dx in place: one pass over memory
/// instead of three.
/// Shapes    x, y [N, H, W, C], s [N, C].  Saves  s.
template <class T>
Shortcut<T> shortcut(Tape<T>& tape, const Variable<T>& x, const Tensor<std::uint8_t>& s);

/// The end of a multiplexer residual block in one pass over memory: mux(i0, i1, s), where i0 is bitshift(x, i1) while
/// activations are codes and x + i1 while they are not. The shortcut has the other half of the gradient: result and
/// gradients are to the bit those of the separate operations, and i0 is never written.
///   backward  dx = dy, di1 = dy      (the shortcut turns dx into s ? 0 : dy; di1's terms are dy s and dy (1 - s))
/// Shapes    x, i1, y [N, H, W, C], s [N, C].  Saves  nothing.
template <class T>
Variable<T> mux_residual(Pass<T>& pass, const Shortcut<T>& shortcut, const Variable<T>& i1, int bits);

}  // namespace mog
