// From the sums of a block of channels to codes, by comparison with the levels that were packed for it.
#pragma once

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_u8/blocks.hpp"

namespace mog::kernels {

/// Codes of four vectors of sums by limits of 16 bits.
template <class Arch>
struct NarrowCodes {
  using I = Integers<Arch>;

  const std::int16_t* limits;
  const std::uint8_t* base;
  int levels;

  /// `packed`: where the block begins.
  NarrowCodes(const PointwiseU8Shape& shape, const PointwiseBlock& block, const std::byte* packed)
      : limits(reinterpret_cast<const std::int16_t*>(packed + block.limits)),
        base(reinterpret_cast<const std::uint8_t*>(packed + block.base)),
        levels(static_cast<int>(shape.levels)) {}
  [[gnu::always_inline]] auto operator()(const typename I::Int (&sums)[4]) const {
    return I::codes(sums, limits, levels, base);
  }
};

/// The same by levels of 32 bits, for a block of V vectors with a channel whose levels lie further apart: a trained
/// network has such channels, where normalisation's gamma is small.
template <class Arch, int V>
struct WideCodes {
  using I = Integers<Arch>;

  const std::byte* levels;
  Index count;

  WideCodes(const PointwiseU8Shape& shape, const PointwiseBlock& block, const std::byte* packed)
      : levels(packed + block.levels), count(shape.levels) {}
  [[gnu::always_inline]] auto operator()(const typename I::Int (&sums)[4]) const {
    typename I::Int codes[4] = {I::all(count), I::all(count), I::all(count), I::all(count)};
    const std::byte* level = levels;
    for (Index j = 0; j < count; ++j, level += V * 4 * I::kLanes) {
      for (int i = 0; i < 4; ++i)
        codes[i] = I::less_if_below(codes[i], sums[i], I::load(level + i % V * 4 * I::kLanes));
    }
    return I::narrow_codes(codes);
  }
};

}  // namespace mog::kernels
