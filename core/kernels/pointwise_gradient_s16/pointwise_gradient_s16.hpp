// The weight gradient of a pointwise convolution of codes, with the gradient of its sums in blocks of 16-bit numbers.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// dw[c, o] = sum_p x[p, c] dy[p, o], overwritten. Shapes: x [rows, in], dy [rows, out], dw [in, out].
/// dy is rounded first: a block of kGradientRows rows by kGradientColumns columns to multiples of the power of two that
/// gives its largest number 14 bits (block_scale). A block's sums are exact, in integers of 32 bits, and become floats
/// once; the blocks' sums are added in order. So every instruction set computes the same bits. A block with a number
/// that is not finite makes NaN of its whole part of dw.
struct PointwiseGradientS16 {
  const std::uint8_t* x;
  const float* dy;
  float* dw;
  Index rows, in, out;
};

void pointwise_weight_gradient(const PointwiseGradientS16& args);

/// Rows and columns of a block: |x dy| summed over its rows is at most 255 * 2^14 * 128 < 2^31.
inline constexpr Index kGradientRows = 128, kGradientColumns = 64;
inline constexpr std::uint32_t kGradientBits = 14;

/// Some rows of x and dy, at most kGradientColumns columns of dy and dw.
struct PointwiseGradientS16Part {
  const std::uint8_t* x;  // [rows, in]
  const float* dy;        // [rows, columns], `out` numbers from row to row
  float* dw;              // [in, columns], the same
  Index rows, in, columns, out;
};

/// What one instruction set offers: loops on one thread.
struct PointwiseGradientS16Kernel {
  Isa isa;
  void (*run)(const PointwiseGradientS16Part& part);
};

/// The table, best first.
std::span<const PointwiseGradientS16Kernel> pointwise_gradient_s16_kernels();

void pointwise_weight_gradient(const PointwiseGradientS16& args, const PointwiseGradientS16Kernel& kernel);

}  // namespace mog::kernels
