// The pointwise kernels for AVX-512: 32 registers of 16 floats.
#include "core/kernels/pointwise_f32/generic.hpp"
#include "core/kernels/pointwise_f32/generic_signs.hpp"
#include "core/kernels/pointwise_f32/kernels.hpp"

namespace mog::kernels {

constinit const PointwiseKernel kPointwiseAvx512 =
    PointwiseLoops<xsimd::avx512bw, 32>::kernel_with<SignLoops<xsimd::avx512bw, 32>>(Isa::avx512);

}  // namespace mog::kernels
