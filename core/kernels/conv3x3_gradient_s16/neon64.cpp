// The 3x3 weight gradient with rounded gradients for the vector unit of AArch64.
#include "core/kernels/conv3x3_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3GradientS16Kernel conv3x3_gradient_s16_neon64 =
    Conv3x3GradientS16Loops<xsimd::neon64, 4>::kernel(Isa::neon64);

}  // namespace mog::kernels
