// Concatenation of two layers' maps.
#pragma once

#include "core/tape.hpp"

namespace mog {

/// Maps behind each other: y[..., c] = a[..., c] for c < A, y[..., A + c] = b[..., c].
///   backward  da[..., c] = dy[..., c], db[..., c] = dy[..., A + c]
/// Shapes    a [..., A], b [..., B], y [..., A + B].  Saves  nothing.  Throws  std::invalid_argument when a and b
/// differ in more than their channels.
template <class T>
Variable<T> concatenate(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b);

}  // namespace mog
