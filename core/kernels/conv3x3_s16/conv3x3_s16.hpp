// 3x3 convolution in groups of 16-bit numbers with weights -1, 0, +1, to unsigned numbers of one to four bytes, to
// 16-bit numbers, or to floats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/kernels/typed_output.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// y[h, w, g Q + q] = bias[g Q + q] + sum_{r, s, i} x[h + r, w + s, g I + i] w[g, r, s, i, q]      in 32 bits
/// x holds a border of one pixel, so that the output's pixel (h, w) has its centre at (h + 1, w + 1).
///   y of bytes   the bias makes the sums non-negative; of each, `planes` bytes are written apart, the highest first, as
///                PointwiseU8 reads them
///   y of shorts  the sums, saturated
///   y of floats  the sums, rounded where they exceed 2^24
struct Conv3x3S16Shape {
  Index groups, inputs, outputs;  // I and Q of a group
  Index planes = 1;               // 1..4, of bytes
  Index largest = 32768;          // |x| is no larger; up to 8191, fewer multiplications do, see generic_winograd.hpp
};

/// Weights as they are known: w [G, 3, 3, I, Q], bias [G Q].
struct Conv3x3S16Weights {
  Conv3x3S16Shape shape;
  const std::int8_t* w;
  const std::int32_t* bias;
};

/// x: pixels x_pixel numbers apart, rows x_row; one number after the last pixel is read and counts for nothing. y:
/// pixels y_pixel numbers apart, planes y_plane, rows without gaps.
struct Conv3x3S16 {
  const std::int16_t* x;
  const std::byte* packed;
  TypedOutput y;
  Index height, width;
  Index x_pixel, x_row, y_pixel, y_plane;
  Conv3x3S16Shape shape;
};

/// One instruction set's body. It does the whole of its Args on the calling thread and checks nothing.
struct Conv3x3S16Kernel {
  Isa isa;
  /// Bytes that `pack` writes; `packed` must begin at a multiple of 64.
  Index (*packed_size)(const Conv3x3S16Shape& shape);
  void (*pack)(const Conv3x3S16Weights& weights, std::byte* packed);
  void (*run)(const Conv3x3S16& args);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const Conv3x3S16Kernel> conv3x3_s16_kernels();

}  // namespace mog::kernels
