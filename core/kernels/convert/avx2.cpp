// Conversions between floats and small integers, for AVX2.
#include "core/kernels/convert/generic.hpp"

namespace mog::kernels {

extern constinit const ConvertKernels convert_avx2 = ConvertLoops<xsimd::fma3<xsimd::avx2>>::kernels(Isa::avx2);

}  // namespace mog::kernels
