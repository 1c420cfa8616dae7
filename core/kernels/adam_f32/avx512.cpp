// Adam's update for AVX-512 (F, CD, DQ, BW, VL).
#include "core/kernels/adam_f32/generic.hpp"

namespace mog::kernels {

extern constinit const AdamKernels<float> adam_avx512 = adam_row<xsimd::avx512bw>(Isa::avx512);

}  // namespace mog::kernels
