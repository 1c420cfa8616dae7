// How the vector kernels' packed weights lie in memory: blocks of up to four vectors of channels.
#pragma once

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

namespace mog::kernels {

/// A block holds int16 [pairs of inputs, vectors, lanes, 2], its channels in order; what is missing has weight 0. All
/// blocks have kCodeVectors vectors but the last, which has no more than its channels fill.
struct PointwiseS16Block {
  Index vectors;
  Index channels;  // used
  Index pairs;     // of inputs
  Index bytes;

  /// The block that begins with channel `first`.
  [[gnu::always_inline]] PointwiseS16Block(const PointwiseS16Shape& shape, Index lanes, Index first) {
    const Index rest = shape.out - first, all = kCodeVectors * lanes;
    channels = rest < all ? rest : all;
    vectors = (channels + lanes - 1) / lanes;
    pairs = (shape.in + 1) / 2;
    bytes = pairs * vectors * lanes * 4;
  }
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_pointwise_s16_size(const PointwiseS16Shape& shape, Index lanes);
void pack_pointwise_s16(const PointwiseS16Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
