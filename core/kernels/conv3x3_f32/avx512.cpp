// The 3x3 convolution kernels for AVX-512: 32 registers of 16 floats.
#include "core/kernels/conv3x3_f32/generic.hpp"
#include "core/kernels/conv3x3_f32/kernels.hpp"

namespace mog::kernels {

constinit const Conv3x3Kernel kConv3x3Avx512 = Conv3x3Loops<xsimd::avx512bw, 32>::kernel(Isa::avx512);

}  // namespace mog::kernels
