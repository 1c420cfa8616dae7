// Pointwise convolution of 16-bit numbers with weights -1, 0, +1, to floats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// y[p, o] = sum_c x[p, c] w[c, o]: summed in 32 bits, which hold it for in <= 65535, then as a float, rounded once
/// where the sum exceeds 2^24.
struct PointwiseS16Shape {
  Index in, out;
};

/// Weights as they are known: w [in, out].
struct PointwiseS16Weights {
  PointwiseS16Shape shape;
  const std::int8_t* w;
};

/// x [pixels, in]; one number after the last is read and counts for nothing. y [pixels, out]. Both without gaps.
struct PointwiseS16 {
  const std::int16_t* x;
  const std::byte* packed;
  float* y;
  Index pixels;
  PointwiseS16Shape shape;
};

/// One instruction set's body. It does the whole of its Args on the calling thread and checks nothing.
struct PointwiseS16Kernel {
  Isa isa;
  /// Bytes that `pack` writes; `packed` must begin at a multiple of 64.
  Index (*packed_size)(const PointwiseS16Shape& shape);
  void (*pack)(const PointwiseS16Weights& weights, std::byte* packed);
  void (*run)(const PointwiseS16& args);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const PointwiseS16Kernel> pointwise_s16_kernels();

}  // namespace mog::kernels
