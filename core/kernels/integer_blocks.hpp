// How the channels of an integer kernel's block lie in its vectors.
#pragma once

#include "core/types.hpp"

namespace mog::kernels {

/// The sums' places in a block of channels. Packing two vectors of 32 bits into one of 16 alternates between them every
/// four lanes, on x86 within each 128 bits. Weights are laid out so that the channels come out in order: lane l of
/// vector v holds this channel of the block.
[[gnu::always_inline]] constexpr Index natural_lane(Index lanes, Index v, Index l) {
  return v / 2 * 2 * lanes + l / 4 * 8 + v % 2 * 4 + l % 4;
}

/// Vectors of a block.
inline constexpr int kCodeVectors = 4;

/// Blocks, and parts of packed weights, begin at multiples of a cache line.
[[gnu::always_inline]] constexpr Index whole_lines(Index bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace mog::kernels
