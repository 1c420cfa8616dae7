// 3x3 convolution of 16-bit numbers: the table of its kernels.
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const Conv3x3S16Kernel conv3x3_s16_avx512vnni, conv3x3_s16_avx512, conv3x3_s16_avx2, conv3x3_s16_neon64,
    conv3x3_s16_reference;

std::span<const Conv3x3S16Kernel> conv3x3_s16_kernels() {
  static const Conv3x3S16Kernel table[] = {
#ifdef MOG_HAVE_AVX512VNNI
      conv3x3_s16_avx512vnni,
#endif
#ifdef MOG_HAVE_AVX512
      conv3x3_s16_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      conv3x3_s16_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      conv3x3_s16_neon64,
#endif
      conv3x3_s16_reference,
  };
  return table;
}

}  // namespace mog::kernels
