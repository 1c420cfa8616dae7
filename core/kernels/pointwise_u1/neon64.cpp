// Pointwise convolution of codes of one bit for the vector unit of AArch64.
#include "core/kernels/pointwise_u1/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU1Kernel pointwise_u1_neon64 = PointwiseU1Loops<xsimd::neon64>::kernel(Isa::neon64);

}  // namespace mog::kernels
