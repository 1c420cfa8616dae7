// The same numbers under another shape, as an operation.
#pragma once

#include "core/tape.hpp"

namespace mog {

/// y = x in memory order, of another shape.
///   backward  dx = dy under x's shape
/// Shapes  as many elements as x.  Saves  nothing.  Throws  std::invalid_argument on more or fewer.
template <class T>
Variable<T> reshaped(Tape<T>& tape, const Variable<T>& x, const Shape& shape) {
  return tape.record(
      x.numbers().reshaped(shape), {x.gradient},
      [before = x.shape(), dx_sum = x.gradient](const Tensor<T>& dy) { dx_sum.add(dy.reshaped(before)); });
}

}  // namespace mog
