// Batch normalisation's passes for AVX-512 (F, CD, DQ, BW, VL).
#include "core/kernels/batch_norm_f32/generic.hpp"

namespace mog::kernels {

extern constinit const BatchNormKernels<float> batch_norm_avx512 = batch_norm_row<xsimd::avx512bw>(Isa::avx512);

}  // namespace mog::kernels
