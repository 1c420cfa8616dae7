// The weight gradient of codes with rounded gradients: checks the arguments, picks the kernel, and splits the work over
// threads.
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"

#include "core/error.hpp"
#include "core/kernels/weight_gradient_pieces.hpp"
#include "core/profile.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const PointwiseGradientS16Kernel pointwise_gradient_s16_avx512vnni, pointwise_gradient_s16_avx512,
    pointwise_gradient_s16_avx2, pointwise_gradient_s16_neon64, pointwise_gradient_s16_reference;

std::span<const PointwiseGradientS16Kernel> pointwise_gradient_s16_kernels() {
  static const PointwiseGradientS16Kernel table[] = {
#ifdef MOG_HAVE_AVX512VNNI
      pointwise_gradient_s16_avx512vnni,
#endif
#ifdef MOG_HAVE_AVX512
      pointwise_gradient_s16_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      pointwise_gradient_s16_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      pointwise_gradient_s16_neon64,
#endif
      pointwise_gradient_s16_reference,
  };
  return table;
}

void pointwise_weight_gradient(const PointwiseGradientS16& args, const PointwiseGradientS16Kernel& kernel) {
  const Index rows = args.rows, in = args.in, out = args.out;
  require(rows >= 1 && in >= 1 && out >= 1, "pointwise_weight_gradient: rows ", rows, ", in ", in, ", out ", out,
          ", expected at least 1 of each");
  sum_of_pieces({.rows = rows, .in = in, .out = out, .most_columns = kGradientColumns}, args.dw,
                [&](const WeightGradientPiece& piece) {
                  kernel.run({.x = args.x + piece.rows.begin * in,
                              .dy = args.dy + piece.rows.begin * out + piece.column,
                              .dw = piece.dw,
                              .rows = piece.rows.end - piece.rows.begin,
                              .in = in,
                              .columns = piece.columns,
                              .out = out});
                });
}

void pointwise_weight_gradient(const PointwiseGradientS16& args) {
  const auto rows = static_cast<double>(args.rows), in = static_cast<double>(args.in);
  const auto out = static_cast<double>(args.out);
  const Timed timed("pointwise_gradient_s16", {args.rows, args.in, args.out},
                    {.flops = 2 * rows * in * out, .bytes = rows * in + 4 * rows * out + 4 * in * out});
  pointwise_weight_gradient(args, select(pointwise_gradient_s16_kernels()));
}

}  // namespace mog::kernels
