// The 3x3 weight gradient with rounded gradients for AVX-512 with its dot products of 16-bit numbers.
#include "core/kernels/conv3x3_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3GradientS16Kernel conv3x3_gradient_s16_avx512vnni =
    Conv3x3GradientS16Loops<WithVnni<xsimd::avx512bw>, 8>::kernel(Isa::avx512vnni);

}  // namespace mog::kernels
