// The weight gradient of codes for AVX-512.
#include "core/kernels/pointwise_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseGradientS16Kernel pointwise_gradient_s16_avx512 =
    PointwiseGradientS16Loops<xsimd::avx512bw, 4, 16>::kernel(Isa::avx512);

}  // namespace mog::kernels
