// The depthwise convolution with stride 2 for AVX-512 (F, CD, DQ, BW, VL).
#include "core/kernels/depthwise_stride2_f32/generic.hpp"

namespace mog::kernels {

extern constinit const DepthwiseStride2Kernel depthwise_stride2_avx512 =
    depthwise_stride2_row<xsimd::avx512bw>(Isa::avx512);

}  // namespace mog::kernels
