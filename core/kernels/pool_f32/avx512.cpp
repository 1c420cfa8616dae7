// Pooling for AVX-512 (F, CD, DQ, BW, VL).
#include "core/kernels/pool_f32/generic.hpp"

namespace mog::kernels {

extern constinit const PoolKernels<float> pool_avx512 = pool_row<xsimd::avx512bw>(Isa::avx512);

}  // namespace mog::kernels
