// Conversions between floats and small integers: the table of its kernels, the split over threads.
#include "core/kernels/convert/convert.hpp"

#include "core/kernels/split.hpp"

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

void bytes_to_numbers(const std::uint8_t* x, Index count, float* y) {
  const Timed timed("bytes_to_numbers", {count}, stream_work<float>(count, 1, 1));
  if (!check_operands("bytes_to_numbers", {{"count", count}}, {{"x", x}, {"y", y}})) return;
  const ConvertKernels& row = select(convert_kernels());
  parallel_ranges(count, kSmallestRange, 64, [&](Range range, Index) {
    row.bytes_to_floats(x + range.begin, range.end - range.begin, y + range.begin);
  });
}

void bytes_to_numbers(const std::uint8_t* x, Index count, double* y) { std::copy_n(x, count, y); }

}  // namespace mog::kernels
