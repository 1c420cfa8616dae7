// Pointwise convolution of unsigned numbers for AVX-512.
#include "core/kernels/pointwise_u8/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU8Kernel pointwise_u8_avx512 =
    PointwiseU8Loops<xsimd::avx512bw, 4>::kernel(Isa::avx512);

}  // namespace mog::kernels
