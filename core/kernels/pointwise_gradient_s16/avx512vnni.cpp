// The weight gradient of codes for AVX-512 with its dot products of 16-bit numbers.
#include "core/kernels/pointwise_gradient_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseGradientS16Kernel pointwise_gradient_s16_avx512vnni =
    PointwiseGradientS16Loops<WithVnni<xsimd::avx512bw>, 4, 16>::kernel(Isa::avx512vnni);

}  // namespace mog::kernels
