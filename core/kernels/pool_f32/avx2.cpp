// Pooling for AVX2 and FMA.
#include "core/kernels/pool_f32/generic.hpp"

namespace mog::kernels {

extern constinit const PoolKernels<float> pool_avx2 = pool_row<xsimd::fma3<xsimd::avx2>>(Isa::avx2);

}  // namespace mog::kernels
