// Pointwise convolution of unsigned numbers for the vector unit of AArch64.
#include "core/kernels/pointwise_u8/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU8Kernel pointwise_u8_neon64 = PointwiseU8Loops<xsimd::neon64, 2>::kernel(Isa::neon64);

}  // namespace mog::kernels
