// Pointwise convolution of unsigned numbers for AVX2.
#include "core/kernels/pointwise_u8/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU8Kernel pointwise_u8_avx2 =
    PointwiseU8Loops<xsimd::fma3<xsimd::avx2>, 2>::kernel(Isa::avx2);

}  // namespace mog::kernels
