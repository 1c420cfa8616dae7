// Elementwise operations for AVX2 and FMA.
#include "core/kernels/elementwise_f32/generic.hpp"

namespace mog::kernels {

extern constinit const ElementwiseKernels<float> elementwise_avx2 =
    elementwise_row<xsimd::fma3<xsimd::avx2>>(Isa::avx2);

}  // namespace mog::kernels
