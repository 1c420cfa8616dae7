// Operations on bytes between the integer convolutions, for AVX-512.
#include "core/kernels/codes_u8/generic.hpp"

namespace mog::kernels {

extern constinit const CodesU8Kernels codes_u8_avx512 = CodesU8Loops<xsimd::avx512bw>::kernels(Isa::avx512);

}  // namespace mog::kernels
