// The product at a CFLOG's end, with what its normalisation needs to send a gradient through both at once; and a
// CFLOG's three factors in whole numbers.
#pragma once

#include <cstdint>
#include <optional>

#include "layers/conv.hpp"

namespace mog {

/// A pointwise product by weights that are not trained, with what the operation after it needs to send its gradient
/// through both at once.
template <class T>
struct FixedProduct {
  Variable<T> y;   // pointwise(tape, x, {w})
  Gradient<T> dx;  // of x
  Tensor<T> w;
  Tensor<T> mean = {}, variance = {};  // of y's channels, biased; empty unless summed up
  Tensor<std::int16_t> shorts = {};    // y's numbers, where they are in 16 bits: then y.value is empty
};

/// What three_factors_of_codes multiplies by, and what is wanted of it.
struct ThreeFactors {
  Variable<float> squeeze, group;
  Tensor<float> expand;
  bool statistics;  // whether mean and variance are wanted
  bool shorts;      // whether y may come in 16 bits, which it does when all of its numbers fit
};

/// pointwise(tape, conv3x3(tape, pointwise(tape, x, squeeze), group), expand) for maps of codes in bytes and
/// weights -1, 0, +1, the sums taken in integers: the same numbers and gradients in less time
/// (core/kernels/cflog_codes). Saves  x and the first product. Empty when x is not in bytes, a code is too large for
/// 16 bits, or a weight is another number.
std::optional<FixedProduct<float>> three_factors_of_codes(Tape<float>& tape, const Variable<float>& x,
                                                          const ThreeFactors& factors);

}  // namespace mog
