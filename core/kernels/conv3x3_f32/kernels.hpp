// The bodies of the 3x3 convolution kernels, one an instruction set: the rows of the table.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"

namespace mog::kernels {

extern const Conv3x3Kernel kConv3x3Avx512;
extern const Conv3x3Kernel kConv3x3Avx2;
extern const Conv3x3Kernel kConv3x3Neon64;
extern const Conv3x3Kernel kConv3x3Reference;

/// Throws std::invalid_argument unless every size is at least 1 and groups divides in and out.
void check_sizes(const char* operation, const Conv3x3Sizes& z);

}  // namespace mog::kernels
