// Pointwise convolution of unsigned numbers for AVX-512 with its dot products of bytes.
#include "core/kernels/pointwise_u8/generic.hpp"

namespace mog::kernels {

extern constinit const PointwiseU8Kernel pointwise_u8_avx512vnni =
    PointwiseU8Loops<WithVnni<xsimd::avx512bw>, 6>::kernel(Isa::avx512vnni);

}  // namespace mog::kernels
