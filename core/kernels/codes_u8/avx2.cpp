// Operations on bytes between the integer convolutions, for AVX2.
#include "core/kernels/codes_u8/generic.hpp"

namespace mog::kernels {

extern constinit const CodesU8Kernels codes_u8_avx2 = CodesU8Loops<xsimd::fma3<xsimd::avx2>>::kernels(Isa::avx2);

}  // namespace mog::kernels
