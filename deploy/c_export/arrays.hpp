// Weights and levels in the order in which the exported C reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "deploy/runtime/integer_network.hpp"

namespace mog::c_export {

using Bytes = std::vector<std::uint8_t>;

/// One bit a channel, the first in the lowest bit.
Bytes bits_of(const std::vector<std::uint8_t>& values);
/// Pointwise weights of [C, O] as [O][(C + 7) / 8]: a bit is 1 where the weight is `sign`.
Bytes pointwise_bits(const PackedWeights& weights, Index in, Index out, int sign);
/// 3x3 weights of [G, 3, 3, I, Q] as [G][3 rows][(I + 3) / 4][Q][3 columns]: four weights a byte, bits 0 to 3 say +1,
/// bits 4 to 7 say -1.
Bytes conv3x3_bytes(const PackedWeights& weights, Index groups, Index inputs, Index outputs);
/// The automaton's first state, one bit a cell.
Bytes first_state(std::uint64_t seed, const IntegerCflog& cflog);

}  // namespace mog::c_export
