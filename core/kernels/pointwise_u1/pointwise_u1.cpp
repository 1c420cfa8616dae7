// Pointwise convolution of codes of one bit: the table of its kernels.
#include "core/kernels/pointwise_u1/pointwise_u1.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const PointwiseU1Kernel pointwise_u1_avx512, pointwise_u1_avx2, pointwise_u1_neon64, pointwise_u1_reference;

std::span<const PointwiseU1Kernel> pointwise_u1_kernels() {
  static const PointwiseU1Kernel table[] = {
#ifdef MOG_HAVE_AVX512
      pointwise_u1_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      pointwise_u1_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      pointwise_u1_neon64,
#endif
      pointwise_u1_reference,
  };
  return table;
}

}  // namespace mog::kernels
