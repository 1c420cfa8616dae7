// Pointwise convolution of codes of one bit for AVX-512.
#include "core/kernels/pointwise_u1/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU1Kernel pointwise_u1_avx512 = PointwiseU1Loops<xsimd::avx512bw>::kernel(Isa::avx512);

}  // namespace mog::kernels
