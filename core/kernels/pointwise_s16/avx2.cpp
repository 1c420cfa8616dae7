// Pointwise convolution of 16-bit numbers for AVX2.
#include "core/kernels/pointwise_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseS16Kernel pointwise_s16_avx2 =
    PointwiseS16Loops<xsimd::fma3<xsimd::avx2>, 2>::kernel(Isa::avx2);

}  // namespace mog::kernels
