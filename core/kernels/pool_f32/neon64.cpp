// Pooling for the vector unit of AArch64.
#include "core/kernels/pool_f32/generic.hpp"

namespace mog::kernels {

extern constinit const PoolKernels<float> pool_neon64 = pool_row<xsimd::neon64>(Isa::neon64);

}  // namespace mog::kernels
