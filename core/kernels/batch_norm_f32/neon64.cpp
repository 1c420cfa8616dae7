// Batch normalisation's passes for the vector unit of AArch64.
#include "core/kernels/batch_norm_f32/generic.hpp"

namespace mog::kernels {

extern constinit const BatchNormKernels<float> batch_norm_neon64 = batch_norm_row<xsimd::neon64>(Isa::neon64);

}  // namespace mog::kernels
