// How the vector kernels' packed 3x3 weights lie in memory.
#pragma once

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/integer_blocks.hpp"

namespace mog::kernels {

/// Groups with fewer outputs than a vector has lanes are joined, as many as fit; what one of them takes from another's
/// inputs has weight 0. The joined groups' outputs fill vectors, the last one with weights 0.
struct Conv3x3Blocks {
  Index groups, inputs, outputs;  // joined
  Index vectors;                  // of a group's outputs
  Index pairs;                    // of inputs
  Index weights;                  // int16 [vectors, 3 rows, pairs, 3 columns, lanes, 2]: bytes of a group
  Index bytes;                    // of a group: the weights and, behind them, int32 bias [vectors, lanes]

  [[gnu::always_inline]] Conv3x3Blocks(const Conv3x3S16Shape& shape, Index lanes) {
    Index joined = 1;
    for (Index n = 2; n <= shape.groups && n * shape.outputs <= lanes; ++n) {
      if (shape.groups % n == 0) joined = n;
    }
    groups = shape.groups / joined;
    inputs = shape.inputs * joined;
    outputs = shape.outputs * joined;
    vectors = (outputs + lanes - 1) / lanes;
    pairs = (inputs + 1) / 2;
    weights = vectors * 9 * pairs * lanes * 4;
    bytes = weights + vectors * lanes * 4;
    bytes = whole_lines(bytes);
  }
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_conv3x3_size(const Conv3x3S16Shape& shape, Index lanes);
void pack_conv3x3(const Conv3x3S16Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
