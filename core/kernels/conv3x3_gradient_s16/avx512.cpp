// The 3x3 weight gradient with rounded gradients for AVX-512.
#include "core/kernels/conv3x3_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3GradientS16Kernel conv3x3_gradient_s16_avx512 =
    Conv3x3GradientS16Loops<xsimd::avx512bw, 8>::kernel(Isa::avx512);

}  // namespace mog::kernels
