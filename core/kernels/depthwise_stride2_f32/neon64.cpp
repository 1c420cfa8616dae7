// The depthwise convolution with stride 2 for the vector unit of AArch64.
#include "core/kernels/depthwise_stride2_f32/generic.hpp"

namespace mog::kernels {

extern constinit const DepthwiseStride2Kernel depthwise_stride2_neon64 =
    depthwise_stride2_row<xsimd::neon64>(Isa::neon64);

}  // namespace mog::kernels
