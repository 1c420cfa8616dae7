// Conversions between floats and small integers, for AVX-512.
#include "core/kernels/convert/generic.hpp"

namespace mog::kernels {

extern constinit const ConvertKernels convert_avx512 = ConvertLoops<xsimd::avx512bw>::kernels(Isa::avx512);

}  // namespace mog::kernels
