// Pooling: 2x2 maximum with stride 2, and the global average of each map.
#pragma once

#include "layers/pass.hpp"

namespace mog {

/// Maximum over 2x2 windows with stride 2.
///   backward  dy goes to the first maximum of its window in row-major order
/// Shapes    x [N, H, W, C] with even H, W; y [N, H/2, W/2, C].  Saves  one byte an output.
template <class T>
Variable<T> max_pool(Tape<T>& tape, const Variable<T>& x);

/// Global average pooling: y[n, c] = mean over h, w of x[n, h, w, c];  dx = dy / (H W).
/// Shapes    x [N, H, W, C], y [N, C].  Saves  nothing.
template <class T>
Variable<T> global_average_pool(Tape<T>& tape, const Variable<T>& x);

}  // namespace mog
