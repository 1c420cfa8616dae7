// Block floating point: a block of floats as whole numbers of 16 bits and one power of two.
#pragma once

#include <cstdint>

namespace mog::kernels {

/// The powers of two between a block's numbers and its whole numbers: numbers times `up` are rounded to the nearest
/// whole ones, to even in the middle; whole numbers times `down` are numbers again.
struct BlockScale {
  float up, down;
};

/// The scale of a block whose largest magnitude has these bits (those of the float, without its sign): its whole
/// numbers are at most 2^bits in size. A block that is all zeros, or nearly (below 2^-112), keeps fewer bits; one with a
/// number that is not finite has NaN for `down`, so that whatever is computed from it is NaN.
/// Inlined wherever it is used: kernels' files emit nothing that another could link to.
[[gnu::always_inline]] inline BlockScale block_scale(std::uint32_t largest, std::uint32_t bits) {
  constexpr std::uint32_t kMantissa = 23, kInfinite = 255, kMost = 253, kBoth = 254;
  const std::uint32_t exponent = largest >> kMantissa;
  const std::uint32_t wanted = kMost + bits - exponent, up = wanted < kMost ? wanted : kMost;
  const std::uint32_t numbers[2] = {up << kMantissa, exponent == kInfinite ? 0x7fc00000U : (kBoth - up) << kMantissa};
  BlockScale scale;
  static_assert(sizeof scale == sizeof numbers);
  __builtin_memcpy(&scale, numbers, sizeof scale);
  return scale;
}

}  // namespace mog::kernels
