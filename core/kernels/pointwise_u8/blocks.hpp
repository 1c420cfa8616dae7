// How the vector kernels' packed weights lie in memory: blocks of four vectors of channels.
#pragma once

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::kernels {

/// A block, by the offsets in bytes of its parts. Its limits are compared in 16 bits, where that gives the same codes.
struct PointwiseBlock {
  Index channels;  // of a block: four vectors
  Index steps;     // of four inputs
  Index weights;   // int8 [steps, vectors, lanes, 4]
  Index bias;      // int32 [vectors, lanes], less the middle of the channel's levels where they are narrow
  Index limits;    // int16 [levels, channels]: what exceeds limit j reaches level j
  Index base;      // uint8 [channels]: levels that every sum reaches; behind them three times as many, 4, 2 and 1
  Index levels;    // int32 [levels, vectors, lanes], read when the block is wide
  Index wide;      // one byte: whether the span of some channel's levels exceeds 16 bits
  Index bytes;     // of a block

  [[gnu::always_inline]] PointwiseBlock(const PointwiseU8Shape& shape, Index lanes)
      : channels(kCodeVectors * lanes),
        steps((shape.in + 3) / 4),
        weights(0),
        bias(whole_lines(steps * channels * 4)),
        limits(bias + whole_lines(channels * 4)),
        base(limits + whole_lines(shape.levels * channels * 2)),
        levels(base + whole_lines(4 * channels)),
        wide(levels + whole_lines(shape.levels * channels * 4)),
        bytes(wide + whole_lines(1)) {}
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_pointwise_size(const PointwiseU8Shape& shape, Index lanes);
void pack_pointwise(const PointwiseU8Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
