// The path without parameters around a residual block that halves its maps and doubles their number.
#pragma once

#include "core/tape.hpp"

namespace mog {

/// Maps of zeros before and behind: y[..., before + c] = x[..., c], 0 elsewhere.
///   backward  dx[..., c] = dy[..., before + c]
/// Shapes    x [..., C], y [..., before + C + behind].  Saves  nothing.  Throws  std::invalid_argument when a number
/// of maps is negative.
template <class T>
Variable<T> pad_channels(Tape<T>& tape, const Variable<T>& x, Index before, Index behind);

/// Option A of He et al., "Deep residual learning for image recognition", CVPR 2016, section 3.3: every second row and
/// column of x, half of the new maps of zeros before its maps, the others behind them (so the public code of ETD).
/// Shapes    x [N, H, W, C] with even H and W, y [N, H/2, W/2, 2 C].  Gradients  of every_second and pad_channels.
template <class T>
Variable<T> padded_shortcut(Tape<T>& tape, const Variable<T>& x);

}  // namespace mog
