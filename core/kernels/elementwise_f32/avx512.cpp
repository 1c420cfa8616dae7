// Elementwise operations for AVX-512 (F, CD, DQ, BW, VL).
#include "core/kernels/elementwise_f32/generic.hpp"

namespace mog::kernels {

extern constinit const ElementwiseKernels<float> elementwise_avx512 = elementwise_row<xsimd::avx512bw>(Isa::avx512);

}  // namespace mog::kernels
