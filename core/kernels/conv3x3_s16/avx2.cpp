// 3x3 convolution of 16-bit numbers for AVX2.
#include "core/kernels/conv3x3_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3S16Kernel conv3x3_s16_avx2 =
    Conv3x3S16Loops<xsimd::fma3<xsimd::avx2>, 8>::kernel(Isa::avx2);

}  // namespace mog::kernels
