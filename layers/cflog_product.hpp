// The product at a CFLOG's end, normalised with a gradient that goes through both at once, and all three of a CFLOG's
// factors in whole numbers.
#pragma once

#include <cstdint>
#include <optional>

#include "layers/batch_norm.hpp"
#include "layers/conv.hpp"

namespace mog {

/// A pointwise product by weights that are not trained, with what its normalisation needs to send a gradient through
/// both.
template <class T>
struct FixedProduct {
  Variable<T> y;   // pointwise(tape, x, {w})
  Gradient<T> dx;  // of x
  Tensor<T> w;
  typename BatchNorm<T>::Statistics statistics = {};
};

/// norm.activated(pass, product.y, bits), to the bit; its backward pass goes through the product as well, so that the
/// gradient between the two is never written. Takes the product's statistics where they are known.
template <class T>
Variable<T> activated_product(Pass<T>& pass, BatchNorm<T>& norm, const FixedProduct<T>& product, int bits);

/// What three_factors_of_codes multiplies by, and what is wanted of it.
struct ThreeFactors {
  Variable<float> squeeze, group;
  Tensor<float> expand;
  bool statistics;  // whether mean and variance are wanted
  bool shorts;      // whether y may come in 16 bits, which it does when all of its numbers fit
  WeightGradients weight_gradients = WeightGradients::floats;
};

/// pointwise(tape, conv3x3(tape, pointwise(tape, x, squeeze), group), expand) for maps of codes in bytes and
/// weights -1, 0, +1, the sums taken in integers: the same numbers and gradients in less time
/// (core/kernels/cflog_codes). Saves  x and the first product. Empty when x is not in bytes, a code is too large for
/// 16 bits, or a weight is another number.
std::optional<FixedProduct<float>> three_factors_of_codes(Tape<float>& tape, const Variable<float>& x,
                                                          const ThreeFactors& factors);

}  // namespace mog
