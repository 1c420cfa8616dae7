// The blocks of the 3x3 weight gradient with rounded gradients: which pixels are summed up together.
#pragma once

#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"

namespace mog::kernels {

/// Neighbouring columns of a pair of rows of y: rows `row` and `row` + 1, the second perhaps beyond the map. Columns are
/// taken in pairs, the last one perhaps beyond the map.
struct GradientRun {
  Index image, row, column, pairs;
};

/// Columns of a block and the pairs that they make; its outputs, at most.
inline constexpr Index kGradientBlockColumns = 128, kGradientBlockPairs = kGradientBlockColumns / 2;
inline constexpr Index kGradientBlockOutputs = 32;

/// The runs of one block after the other: kGradientBlockPairs pairs of columns each, but the last. A template for the
/// one-definition rule.
template <class Arch>
struct GradientStrip {
  GradientRun runs[kGradientBlockPairs];
  Index count = 0;

  explicit GradientStrip(const Conv3x3GradientS16Part& part)
      : sizes_(part.sizes), image_(part.image_begin), end_(part.image_end) {}

  /// The next block, image by image, row by row; false when there is none.
  bool next() {
    count = 0;
    const Index across = (sizes_.width + 1) / 2;
    for (Index room = kGradientBlockPairs; room > 0 && image_ < end_;) {
      const Index left = across - pair_, taken = left < room ? left : room;
      runs[count++] = {image_, row_, pair_ * 2, taken};
      room -= taken;
      pair_ += taken;
      if (pair_ < across) continue;
      pair_ = 0;
      row_ += 2;
      if (row_ < sizes_.height) continue;
      row_ = 0;
      ++image_;
    }
    return count > 0;
  }

 private:
  Conv3x3Sizes sizes_;
  Index image_, end_, row_ = 0, pair_ = 0;
};

/// Where a block's transformed numbers lie, in numbers of 16 bits: B^T x for each position as [pairs, I, 2]; behind them
/// A dy for each position as [slots, outputs, 2], a slot being a pair of columns that begins at any column, or before
/// the first of a run.
[[gnu::always_inline]] constexpr Index gradient_inputs_size(Index inputs) {
  return 4 * kGradientBlockPairs * inputs * 2;
}
inline constexpr Index kGradientSlots = kGradientBlockColumns + kGradientBlockPairs;
[[gnu::always_inline]] constexpr Index gradient_scratch_size(Index inputs) {
  return gradient_inputs_size(inputs) + 4 * kGradientSlots * kGradientBlockOutputs * 2;
}

/// Bits of a block's dy, |x| being at most `largest`: |B^T x| <= 2 largest and |A dy| <= 2^(bits + 1), which must fit 16
/// bits; so the sum over 128 columns is below 2^31.
[[gnu::always_inline]] inline std::uint32_t gradient_bits(std::uint32_t largest) {
  std::uint32_t bits = 13;
  while (bits > 0 && (largest >> (22 - bits)) != 0) --bits;
  return bits;
}

}  // namespace mog::kernels
