// How the vector kernels' packed weights lie in memory: blocks of up to four vectors of channels.
#pragma once

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::kernels {

/// A block, by the offsets in bytes of its parts. Its limits are compared in 16 bits where that gives the same codes.
/// Codes come in vectors of four vectors of sums: with a block of two vectors, those of two pixels, whose limits and
/// bases are stored twice, side by side.
struct PointwiseBlock {
  Index vectors;   // four, but in the last block two where these hold its channels, or, for sums of 16 bits, one
  Index channels;  // used
  Index steps;     // of four inputs
  Index weights;   // int8 [steps, vectors, lanes, 4]
  Index bias;      // int32 [vectors, lanes], less the middle of the channel's levels where they are narrow
  Index limits;    // int16 [levels, 4 lanes]: what exceeds limit j reaches level j
  Index base;      // uint8 [4 lanes]: levels that every sum reaches; after them three times as many, 4, 2 and 1
  Index levels;    // int32 [levels, vectors, lanes], read when the block is wide
  Index wide;      // one byte: whether the span of some channel's levels exceeds 16 bits
  Index bytes;     // of a block

  /// The block that begins with channel `first`.
  [[gnu::always_inline]] PointwiseBlock(const PointwiseU8Shape& shape, Index lanes, Index first) {
    const Index rest = shape.out - first, codes = kCodeVectors * lanes;
    channels = rest < codes ? rest : codes;
    vectors = channels > 2 * lanes ? 4 : channels > lanes || shape.levels > 0 ? 2 : 1;
    steps = (shape.in + 3) / 4;
    weights = 0;
    bias = whole_lines(steps * vectors * lanes * 4);
    limits = bias + whole_lines(vectors * lanes * 4);
    base = limits + whole_lines(shape.levels * codes * 2);
    levels = base + whole_lines(4 * codes);
    wide = levels + whole_lines(shape.levels * vectors * lanes * 4);
    bytes = wide + whole_lines(1);
  }

  /// The channel of the block that a lane of a vector sums up.
  [[nodiscard]] [[gnu::always_inline]] Index channel(Index lanes, Index vector, Index lane) const {
    return vectors == 1 ? lane : natural_lane(lanes, vector, lane);
  }
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_pointwise_size(const PointwiseU8Shape& shape, Index lanes);
void pack_pointwise(const PointwiseU8Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
