// The 3x3 convolution kernels for 64-bit NEON: 32 registers of 4 floats.
#include "core/kernels/conv3x3_f32/generic.hpp"
#include "core/kernels/conv3x3_f32/kernels.hpp"

namespace mog::kernels {

constinit const Conv3x3Kernel kConv3x3Neon64 = Conv3x3Loops<xsimd::neon64, 32>::kernel(Isa::neon64);

}  // namespace mog::kernels
