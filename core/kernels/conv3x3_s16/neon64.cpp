// 3x3 convolution of 16-bit numbers for the vector unit of AArch64.
#include "core/kernels/conv3x3_s16/generic.hpp"

namespace mog::kernels {

extern constinit const Conv3x3S16Kernel conv3x3_s16_neon64 = Conv3x3S16Loops<xsimd::neon64, 8>::kernel(Isa::neon64);

}  // namespace mog::kernels
