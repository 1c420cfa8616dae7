// The weight gradient of codes for the vector unit of AArch64.
#include "core/kernels/pointwise_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseGradientS16Kernel pointwise_gradient_s16_neon64 =
    PointwiseGradientS16Loops<xsimd::neon64, 2, 8>::kernel(Isa::neon64);

}  // namespace mog::kernels
