// Pointwise convolution of unsigned numbers: the table of its kernels.
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const PointwiseU8Kernel pointwise_u8_avx512vnni, pointwise_u8_avx512, pointwise_u8_avx2, pointwise_u8_neon64,
    pointwise_u8_reference;

std::span<const PointwiseU8Kernel> pointwise_u8_kernels() {
  static const PointwiseU8Kernel table[] = {
#ifdef MOG_HAVE_AVX512VNNI
      pointwise_u8_avx512vnni,
#endif
#ifdef MOG_HAVE_AVX512
      pointwise_u8_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      pointwise_u8_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      pointwise_u8_neon64,
#endif
      pointwise_u8_reference,
  };
  return table;
}

}  // namespace mog::kernels
