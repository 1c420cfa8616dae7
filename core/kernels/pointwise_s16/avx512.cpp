// Pointwise convolution of 16-bit numbers for AVX-512.
#include "core/kernels/pointwise_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseS16Kernel pointwise_s16_avx512 =
    PointwiseS16Loops<xsimd::avx512bw, 4>::kernel(Isa::avx512);

}  // namespace mog::kernels
