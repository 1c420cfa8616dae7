// Conversions between floats and small integers: the table of its kernels.
#include "core/kernels/convert/convert.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const ConvertKernels convert_avx512, convert_avx2, convert_neon64, convert_reference;

std::span<const ConvertKernels> convert_kernels() {
  static const ConvertKernels table[] = {
#ifdef MOG_HAVE_AVX512
      convert_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      convert_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      convert_neon64,
#endif
      convert_reference,
  };
  return table;
}

}  // namespace mog::kernels
