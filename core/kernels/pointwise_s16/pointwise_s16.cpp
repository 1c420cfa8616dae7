// Pointwise convolution of 16-bit numbers: the table of its kernels.
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const PointwiseS16Kernel pointwise_s16_avx512vnni, pointwise_s16_avx512, pointwise_s16_avx2,
    pointwise_s16_neon64, pointwise_s16_reference;

std::span<const PointwiseS16Kernel> pointwise_s16_kernels() {
  static const PointwiseS16Kernel table[] = {
#ifdef MOG_HAVE_AVX512VNNI
      pointwise_s16_avx512vnni,
#endif
#ifdef MOG_HAVE_AVX512
      pointwise_s16_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      pointwise_s16_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      pointwise_s16_neon64,
#endif
      pointwise_s16_reference,
  };
  return table;
}

}  // namespace mog::kernels
