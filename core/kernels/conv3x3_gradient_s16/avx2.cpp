// The 3x3 weight gradient with rounded gradients for AVX2.
#include "core/kernels/conv3x3_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3GradientS16Kernel conv3x3_gradient_s16_avx2 =
    Conv3x3GradientS16Loops<xsimd::fma3<xsimd::avx2>, 4>::kernel(Isa::avx2);

}  // namespace mog::kernels
