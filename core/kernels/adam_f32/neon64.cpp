// Adam's update for the vector unit of AArch64.
#include "core/kernels/adam_f32/generic.hpp"

namespace mog::kernels {

extern constinit const AdamKernels<float> adam_neon64 = adam_row<xsimd::neon64>(Isa::neon64);

}  // namespace mog::kernels
