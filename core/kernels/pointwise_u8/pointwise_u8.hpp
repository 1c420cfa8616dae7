// Pointwise (1x1) convolution of unsigned numbers with weights -1, 0, +1: sums of 16 bits, or codes by comparisons.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/kernels/pixel_layout.hpp"
#include "core/kernels/typed_output.hpp"

namespace mog::kernels {

/// The numbers x[p, c] have `planes` bytes, held apart, the highest first: byte i of all channels of a pixel, then byte
/// i + 1 of all. One plane is a map of codes; several hold numbers that dot products of bytes cannot take at once.
///   s[p, o] = bias[o] + sum_c w[c, o] x[p, c]       in 32 bits, modulo 2^32
/// levels = 0:  y[p, o] = s[p, o] in 16 bits, which must hold it.
/// levels > 0:  y[p, o] = the number of j with s[p, o] >= level[o, j], a byte; |s| < 2^30.
struct PointwiseU8Shape {
  Index in, out;
  Index planes;  // 1..4
  Index levels;  // 0..255
};

/// Weights as they are known: w [in, out], bias [out] or null for none, levels [out, levels], ascending.
struct PointwiseU8Weights {
  PointwiseU8Shape shape;
  const std::int8_t* w;
  const std::int32_t* bias;
  const std::int32_t* levels;
};

/// x: pixels x_pixel bytes apart, each planes x_plane bytes, x_plane a multiple of 4 and at least `in`; what lies
/// between counts for nothing. y: of shorts (levels = 0) or of bytes.
struct PointwiseU8 {
  const std::uint8_t* x;
  const std::byte* packed;
  TypedOutput y;
  Index pixels;
  Index x_pixel, x_plane;
  PixelLayout y_layout;
  PointwiseU8Shape shape;
};

/// One instruction set's body. It does the whole of its Args on the calling thread and checks nothing.
struct PointwiseU8Kernel {
  Isa isa;
  /// Bytes that `pack` writes; `packed` must begin at a multiple of 64.
  Index (*packed_size)(const PointwiseU8Shape& shape);
  void (*pack)(const PointwiseU8Weights& weights, std::byte* packed);
  void (*run)(const PointwiseU8& args);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const PointwiseU8Kernel> pointwise_u8_kernels();

}  // namespace mog::kernels
