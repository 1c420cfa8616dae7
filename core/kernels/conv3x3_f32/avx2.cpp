// The 3x3 convolution kernels for AVX2 with FMA: 16 registers of 8 floats.
#include "core/kernels/conv3x3_f32/generic.hpp"
#include "core/kernels/conv3x3_f32/kernels.hpp"

namespace mog::kernels {

constinit const Conv3x3Kernel kConv3x3Avx2 = Conv3x3Loops<xsimd::fma3<xsimd::avx2>, 16>::kernel(Isa::avx2);

}  // namespace mog::kernels
