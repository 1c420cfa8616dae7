// Conversions between floats and the small integers of the quantized run.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// One instruction set's conversions, on the calling thread.
struct ConvertKernels {
  Isa isa;
  /// Bytes of whole numbers 0..limit, limit <= 255; returns false, and has written anything, when there are others.
  bool (*floats_to_bytes)(const float* x, Index count, float limit, std::uint8_t* y);
  void (*bytes_to_floats)(const std::uint8_t* x, Index count, float* y);
  void (*shorts_to_floats)(const std::int16_t* x, Index count, float* y);
  /// Whole numbers of 16 bits; returns false, and has written anything, when there are larger ones.
  bool (*floats_to_shorts)(const float* x, Index count, std::int16_t* y);
  /// Whether one of them is -32768 or 32767, as it may be after saturation.
  bool (*saturated)(const std::int16_t* x, Index count);
};

/// y[i] = x[i], on several threads.
void bytes_to_numbers(const std::uint8_t* x, Index count, float* y);
void bytes_to_numbers(const std::uint8_t* x, Index count, double* y);

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const ConvertKernels> convert_kernels();

}  // namespace mog::kernels
