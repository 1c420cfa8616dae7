// Elementwise operations for the vector unit of AArch64.
#include "core/kernels/elementwise_f32/generic.hpp"

namespace mog::kernels {

extern constinit const ElementwiseKernels<float> elementwise_neon64 = elementwise_row<xsimd::neon64>(Isa::neon64);

}  // namespace mog::kernels
