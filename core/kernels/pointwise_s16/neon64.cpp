// Pointwise convolution of 16-bit numbers for the vector unit of AArch64.
#include "core/kernels/pointwise_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseS16Kernel pointwise_s16_neon64 =
    PointwiseS16Loops<xsimd::neon64, 2>::kernel(Isa::neon64);

}  // namespace mog::kernels
