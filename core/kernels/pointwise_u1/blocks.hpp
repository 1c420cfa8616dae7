// How the vector kernels' packed bits lie in memory: blocks of one vector of bytes, a byte an output.
#pragma once

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_u1/pointwise_u1.hpp"

namespace mog::kernels {

/// The bytes of a vector are widened to 16 bits by halves, on x86 those of each 128 bits: byte l of a vector of `lanes`
/// counts for this output of the block, so that the outputs come out in order.
[[gnu::always_inline]] constexpr Index output_of_byte(Index lanes, Index l) {
  return l % 16 / 8 * (lanes / 2) + l / 16 * 8 + l % 8;
}

/// A block, by the offsets in bytes of its parts.
struct OneBitBlock {
  Index steps;      // of `inputs` channels
  Index bits;       // uint8 [steps, lanes]: bit i of a byte tells whether the weight of the step's input i is +1
  Index positives;  // int16 [lanes], in order: how many of an output's weights are +1
  Index bytes;      // of a block

  [[gnu::always_inline]] OneBitBlock(const PointwiseU1Shape& shape, Index lanes, Index inputs)
      : steps((shape.in + inputs - 1) / inputs),
        bits(0),
        positives(whole_lines(steps * lanes)),
        bytes(positives + whole_lines(lanes * 2)) {}
};

/// pack and packed_size for vectors of `lanes` bytes, each of `inputs` weights.
Index packed_bits_size(const PointwiseU1Shape& shape, Index lanes, Index inputs);
void pack_bits(const PointwiseU1Weights& weights, Index lanes, Index inputs, std::byte* packed);

}  // namespace mog::kernels
