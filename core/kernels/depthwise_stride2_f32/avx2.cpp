// The depthwise convolution with stride 2 for AVX2 and FMA.
#include "core/kernels/depthwise_stride2_f32/generic.hpp"

namespace mog::kernels {

extern constinit const DepthwiseStride2Kernel depthwise_stride2_avx2 =
    depthwise_stride2_row<xsimd::fma3<xsimd::avx2>>(Isa::avx2);

}  // namespace mog::kernels
