// Pointwise convolution of 16-bit numbers for AVX-512 with its dot products of 16-bit numbers.
#include "core/kernels/pointwise_s16/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseS16Kernel pointwise_s16_avx512vnni =
    PointwiseS16Loops<WithVnni<xsimd::avx512bw>, 6>::kernel(Isa::avx512vnni);

}  // namespace mog::kernels
