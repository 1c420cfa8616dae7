// Pointwise (1x1) convolution of codes of one bit with weights -1 and +1: counting in place of multiplying.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/kernels/pixel_layout.hpp"

namespace mog::kernels {

/// Codes x[p, c] of 0 and 1, a byte each, and weights w[c, o]. With the bit b[c, o] = [w[c, o] = +1]
///   y[p, o] = sum_c w[c, o] x[p, c] = sum_c b[c, o] - sum_c (x[p, c] XOR b[c, o]):
/// where the bits agree, a channel adds b - 0; where they do not, 1 - 1 = 0 or 0 - 1 = -1. The first sum is known when
/// the weights are; the second counts the bits of an exclusive or.
struct PointwiseU1Shape {
  Index in, out;  // in < 2^15
};

/// Weights as they are known: w [in, out], -1 or +1.
struct PointwiseU1Weights {
  PointwiseU1Shape shape;
  const std::int8_t* w;
};

/// x: pixels x_pixel bytes apart, of which the first `in` are read.
struct PointwiseU1 {
  const std::uint8_t* x;
  const std::byte* packed;
  std::int16_t* y;
  Index pixels, x_pixel;
  PixelLayout y_layout;
  PointwiseU1Shape shape;
};

/// One instruction set's body. It does the whole of its Args on the calling thread and checks nothing.
struct PointwiseU1Kernel {
  Isa isa;
  /// Bytes that `pack` writes; `packed` must begin at a multiple of 64.
  Index (*packed_size)(const PointwiseU1Shape& shape);
  void (*pack)(const PointwiseU1Weights& weights, std::byte* packed);
  void (*run)(const PointwiseU1& args);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const PointwiseU1Kernel> pointwise_u1_kernels();

}  // namespace mog::kernels
