// The pointwise kernels for AVX2 with FMA: 16 registers of 8 floats.
#include "core/kernels/pointwise_f32/generic.hpp"
#include "core/kernels/pointwise_f32/generic_signs.hpp"
#include "core/kernels/pointwise_f32/kernels.hpp"

namespace mog::kernels {

constinit const PointwiseKernel kPointwiseAvx2 =
    PointwiseLoops<xsimd::fma3<xsimd::avx2>, 16>::kernel_with<SignLoops<xsimd::fma3<xsimd::avx2>, 16>>(Isa::avx2);

}  // namespace mog::kernels
