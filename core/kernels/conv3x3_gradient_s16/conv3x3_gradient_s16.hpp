// The weight gradient of a 3x3 convolution of 16-bit numbers, with the gradient of its sums in blocks of 16-bit numbers.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/isa.hpp"

namespace mog::kernels {

/// dweight[g, r, s, i, q] = sum over n, h, w of x[n, h + r - 1, w + s - 1, g I + i] dy[n, h, w, g Q + q], as
/// Conv3x3WeightGradient has it, overwritten; dy is rounded first, a block at a time.
/// By Winograd's F(2, 3) down the map: of a pair of rows of y, and the four rows of x that it meets,
///     dw_s = G^T sum over columns c of (B^T x)[c] (A dy)[c + 1 - s],   4 products for 6.
/// A block is 128 columns of pairs of rows, one group, and at most 32 of its outputs (GradientStrip). Its dy are rounded
/// to multiples of the power of two that gives the largest as many bits as the sums leave room for: 13, or fewer where x
/// is large (gradient_bits). So the sums are exact in integers of 32 bits; they become floats once, and the blocks' sums
/// are added in order. Every instruction set computes the same bits. A block with a number that is not finite makes NaN
/// of its part of dweight.
struct Conv3x3GradientS16 {
  const std::int16_t* x;
  const float* dy;
  float* dweight;
  Conv3x3Sizes sizes;
};

/// Whether the sizes are such: groups of whole vectors, in and out, on every instruction set.
bool rounds_in_blocks(const Conv3x3Sizes& sizes);

/// Returns false, and dweight means nothing, when some |x| is more than kLargestInput. Throws std::invalid_argument
/// unless rounds_in_blocks(sizes).
bool conv3x3_weight_gradient(const Conv3x3GradientS16& args);

/// B^T x, a sum of two x, has to fit 16 bits.
inline constexpr std::uint32_t kLargestInput = 16383;

/// A part of the work: some images of some groups.
struct Conv3x3GradientS16Part {
  Conv3x3Sizes sizes;
  const std::int16_t* x;  // of all images
  const float* dy;
  Index image_begin, image_end, group_begin, group_end;
  float* sums;            // [groups, 4 positions, I, 3 taps s, Q], added to
  std::int16_t* scratch;  // gradient_scratch_size(I) numbers, 64-byte aligned
};

/// What one instruction set offers: loops on one thread. Returns whether no x was too large.
struct Conv3x3GradientS16Kernel {
  Isa isa;
  bool (*run)(const Conv3x3GradientS16Part& part);
};

/// The table, best first.
std::span<const Conv3x3GradientS16Kernel> conv3x3_gradient_s16_kernels();

bool conv3x3_weight_gradient(const Conv3x3GradientS16& args, const Conv3x3GradientS16Kernel& kernel);

}  // namespace mog::kernels
