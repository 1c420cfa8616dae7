// 3x3 convolution of 16-bit numbers for AVX-512.
#include "core/kernels/conv3x3_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3S16Kernel conv3x3_s16_avx512 = Conv3x3S16Loops<xsimd::avx512bw, 16>::kernel(Isa::avx512);

}  // namespace mog::kernels
