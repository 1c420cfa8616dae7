// Pointwise convolution of codes of one bit for AVX2.
#include "core/kernels/pointwise_u1/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU1Kernel pointwise_u1_avx2 =
    PointwiseU1Loops<xsimd::fma3<xsimd::avx2>>::kernel(Isa::avx2);

}  // namespace mog::kernels
