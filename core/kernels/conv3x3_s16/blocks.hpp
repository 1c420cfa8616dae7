// How the vector kernels' packed 3x3 weights lie in memory.
#pragma once

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/integer_blocks.hpp"

namespace mog::kernels {

/// Groups with fewer outputs than a vector has lanes are joined, as many as fit. Each lane then sums up the inputs of
/// all joined groups, with weight 0 for those of other groups than its own. Where groups with as many inputs as outputs
/// fill vectors evenly, their inputs are spread instead: each lane is given, pair by pair, the inputs of its own group
/// only. The joined groups' outputs fill vectors, the last one with weights 0.
struct Conv3x3Blocks {
  bool spread;
  Index groups, inputs, outputs;  // joined
  Index vectors;                  // of a group's outputs
  Index pairs;                    // of inputs that a lane takes
  Index weights;                  // int16 [vectors, 3 rows, pairs, 3 columns, lanes, 2]: bytes of a group
  Index places;                   // bytes of weights and, after them, int32 bias [vectors, lanes]
  Index bytes;                    // of all that and, where spread, int32 places [pairs, lanes]: see Integers::spread

  [[gnu::always_inline]] Conv3x3Blocks(const Conv3x3S16Shape& shape, Index lanes) {
    const Index I = shape.inputs, Q = shape.outputs;
    spread = I == Q && Q >= 2 && Q < lanes && lanes % Q == 0 && shape.groups * Q % lanes == 0;
    Index joined = 1;
    for (Index n = 2; n <= shape.groups && n * Q <= lanes; ++n) {
      if (shape.groups % n == 0) joined = n;
    }
    groups = shape.groups / joined;
    inputs = I * joined;
    outputs = Q * joined;
    vectors = (outputs + lanes - 1) / lanes;
    pairs = spread ? I / 2 : (inputs + 1) / 2;
    weights = vectors * 9 * pairs * lanes * 4;
    places = weights + vectors * lanes * 4;
    bytes = whole_lines(places + (spread ? pairs * lanes * 4 : 0));
  }
};

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_conv3x3_size(const Conv3x3S16Shape& shape, Index lanes);
void pack_conv3x3(const Conv3x3S16Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
