// Batch normalisation's passes for AVX2 and FMA.
#include "core/kernels/batch_norm_f32/generic.hpp"

namespace mog::kernels {

extern constinit const BatchNormKernels<float> batch_norm_avx2 = batch_norm_row<xsimd::fma3<xsimd::avx2>>(Isa::avx2);

}  // namespace mog::kernels
