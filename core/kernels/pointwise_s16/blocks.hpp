// How the vector kernels' packed weights lie in memory: blocks of four vectors of channels.
#pragma once

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

namespace mog::kernels {

/// A block holds int16 [pairs of inputs, vectors, lanes, 2], its channels in order; what is missing has weight 0.
struct PointwiseS16Blocks {
  Index channels;  // of a block
  Index count;     // of blocks
  Index pairs;     // of inputs
  Index bytes;     // of a block

  [[gnu::always_inline]] PointwiseS16Blocks(const PointwiseS16Shape& shape, Index lanes)
      : channels(kCodeVectors * lanes),
        count((shape.out + channels - 1) / channels),
        pairs((shape.in + 1) / 2),
        bytes(pairs * channels * 4) {}
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_pointwise_s16_size(const PointwiseS16Shape& shape, Index lanes);
void pack_pointwise_s16(const PointwiseS16Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
