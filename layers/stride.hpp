// Convolutions with stride 2, made of those with stride 1 by gathering the pixels that they read.
#pragma once

#include "core/tape.hpp"

namespace mog {

/// Every second row and column: y[n, i, j, c] = x[n, 2 i, 2 j, c]. A pointwise convolution with stride 2 sees no
/// others.
///   backward  dx[n, 2 i, 2 j, c] = dy[n, i, j, c], 0 elsewhere
/// Shapes    x [N, H, W, C] with even H and W, y [N, H/2, W/2, C].  Saves  nothing.
template <class T>
Variable<T> every_second(Tape<T>& tape, const Variable<T>& x);

/// What a 3x3 kernel sees at every second row and column, zeros outside the map:
///   y[n, i, j, (3 a + b) C + c] = x[n, 2 i + a - 1, 2 j + b - 1, c]
///   backward  each dx is the sum of the one, two or four dy that saw it, in the order of (a, b)
/// Shapes    x [N, H, W, C] with even H and W, y [N, H/2, W/2, 9 C].  Saves  nothing.
template <class T>
Variable<T> patches_stride2(Tape<T>& tape, const Variable<T>& x);

/// A 3x3 convolution of each channel by itself, at every second row and column, zeros outside the map.
///   backward  the two gradients, see core/kernels/depthwise_stride2_f32
/// Shapes    x [N, H, W, C] with even H and W, w [C, 3, 3, 1, 1], y [N, H/2, W/2, C].  Saves  x when dw is wanted, w
/// when dx is.
template <class T>
Variable<T> depthwise_stride2(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

/// conv3x3 at every second row and column: with one group the product of patches_stride2 and the weights, with a group
/// for each channel depthwise_stride2, else every second pixel of the convolution with stride 1.
/// Shapes  x [N, H, W, G I] with even H and W, w [G, 3, 3, I, Q], y [N, H/2, W/2, G Q].
template <class T>
Variable<T> conv3x3_stride2(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w);

}  // namespace mog
