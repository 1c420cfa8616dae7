// The bodies of the pointwise kernels, one an instruction set: the rows of the table.
#pragma once

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"

namespace mog::kernels {

extern const PointwiseKernel kPointwiseAvx512;
extern const PointwiseKernel kPointwiseAvx2;
extern const PointwiseKernel kPointwiseNeon64;
extern const PointwiseKernel kPointwiseReference;

}  // namespace mog::kernels
