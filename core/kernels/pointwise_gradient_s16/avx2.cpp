// The weight gradient of codes for AVX2.
#include "core/kernels/pointwise_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseGradientS16Kernel pointwise_gradient_s16_avx2 =
    PointwiseGradientS16Loops<xsimd::fma3<xsimd::avx2>, 2, 8>::kernel(Isa::avx2);

}  // namespace mog::kernels
