// Operations on bytes between the integer convolutions, for the vector unit of AArch64.
#include "core/kernels/codes_u8/generic.hpp"

namespace mog::kernels {

extern constinit const CodesU8Kernels codes_u8_neon64 = CodesU8Loops<xsimd::neon64>::kernels(Isa::neon64);

}  // namespace mog::kernels
