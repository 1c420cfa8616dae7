// Operations on bytes between the integer convolutions: the table of its kernels.
#include "core/kernels/codes_u8/codes_u8.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const CodesU8Kernels codes_u8_avx512, codes_u8_avx2, codes_u8_neon64, codes_u8_reference;

std::span<const CodesU8Kernels> codes_u8_kernels() {
  static const CodesU8Kernels table[] = {
#ifdef MOG_HAVE_AVX512
      codes_u8_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      codes_u8_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      codes_u8_neon64,
#endif
      codes_u8_reference,
  };
  return table;
}

}  // namespace mog::kernels
