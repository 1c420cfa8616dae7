// Adam's update for AVX2 and FMA.
#include "core/kernels/adam_f32/generic.hpp"

namespace mog::kernels {

extern constinit const AdamKernels<float> adam_avx2 = adam_row<xsimd::fma3<xsimd::avx2>>(Isa::avx2);

}  // namespace mog::kernels
