// 3x3 convolution of 16-bit numbers for AVX-512 with its dot products of words.
#include "core/kernels/conv3x3_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3S16Kernel conv3x3_s16_avx512vnni =
    Conv3x3S16Loops<WithVnni<xsimd::avx512bw>, 16>::kernel(Isa::avx512vnni);

}  // namespace mog::kernels
