// The pointwise kernels for AArch64: 32 registers of 4 floats.
#include "core/kernels/pointwise_f32/generic.hpp"
#include "core/kernels/pointwise_f32/kernels.hpp"

namespace mog::kernels {

constinit const PointwiseKernel kPointwiseNeon64 = PointwiseLoops<xsimd::neon64, 32>::kernel(Isa::neon64);

}  // namespace mog::kernels
