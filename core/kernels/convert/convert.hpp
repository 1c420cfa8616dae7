// Conversions between floats and the small integers of the quantized run.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// One instruction set's conversions: each does the whole of its arguments on the calling thread
/// and checks nothing else.
struct ConvertKernels {
  Isa isa;
  void (*bytes_to_floats)(const std::uint8_t* x, Index count, float* y);
  void (*shorts_to_floats)(const std::int16_t* x, Index count, float* y);
  /// y[i] = x[i], whole numbers. Returns false where 16 bits do not hold one of them; then y means nothing.
  bool (*floats_to_shorts)(const float* x, Index count, std::int16_t* y);
  /// Whether one of them is -32768 or 32767, as after a conversion that saturates.
  bool (*saturated)(const std::int16_t* x, Index count);
};

/// y[i] = x[i], on several threads.
void bytes_to_numbers(const std::uint8_t* x, Index count, float* y);
void bytes_to_numbers(const std::uint8_t* x, Index count, double* y);

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const ConvertKernels> convert_kernels();

}  // namespace mog::kernels
