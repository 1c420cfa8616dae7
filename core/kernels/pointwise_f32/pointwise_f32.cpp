// Pointwise convolution: checks the arguments, picks the kernel, and splits the work over threads.
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/error.hpp"
#include "core/kernels/pointwise_f32/kernels.hpp"
#include "core/kernels/scratch.hpp"
#include "core/kernels/weight_gradient_pieces.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog::kernels {
namespace {

/// Rows of a piece of forward and input gradient, about: enough work to be worth handing out, few enough to share a
/// small map's evenly. A multiple of the rows of every kernel's tiles.
constexpr Index kPieceRows = 192, kPieceGrain = 96;
/// Where that makes few pieces, their columns are shared as well: parts of at least so many.
constexpr Index kManyPieces = 8, kLeastColumns = 128;
/// Weights that are worth a thread of their own to pack.
constexpr Index kPackedWeights = 16384;
/// Rows of a gradient that stay in the cache between two operations; its operands' next rows, as many, are prefetched.
constexpr Index kCachedRows = kRunRows;

/// Rows and channels of an operation whose Args name them differently.
struct Sizes {
  Index rows, in, out;
};
template <class X>
Sizes sizes_of(const NormalisedPointwiseInputGradient<float, X>& args) {
  return {.rows = args.normalisation.rows, .in = args.in, .out = args.normalisation.channels};
}

template <class Args>
void check(const char* operation, const Args& args) {
  require(args.rows >= 1 && args.in >= 1 && args.out >= 1, operation, ": rows ", args.rows, ", in ", args.in, ", out ",
          args.out, ", expected at least 1 of each");
}

/// Whether all weights are -1 or +1. Of other weights one of the first few nearly always tells.
bool only_signs(const float* w, Index count) {
  const auto unlike_sign = [](float x) { return (std::bit_cast<std::uint32_t>(x) << 1) ^ 0x7f000000U; };  // 0: |x| = 1
  if (std::any_of(w, w + std::min(count, Index{16}), unlike_sign)) return false;
  std::uint32_t unlike = 0;  // gathered to the end: a loop in vectors
  for (Index i = 0; i < count; ++i) unlike |= unlike_sign(w[i]);
  return unlike == 0;
}

/// All of b, packed by several threads.
const float* packed(const ProductLoops& product, const ProductWeights& b) {
  float* const to = scratch(Scratch::call, product.packed_size(b.depth, b.columns));
  const Index panels = (b.columns + kPackedColumns - 1) / kPackedColumns;
  const Index parts = std::clamp(b.depth * b.columns / kPackedWeights, Index{1}, panels);
  parallel_for(parts, [&](Index i) {
    const Range columns = piece_of(b.columns, parts, i, kPackedColumns);
    product.pack(b, columns.begin, columns.end, to);
  });
  return to;
}

/// What b is made of.
struct Given {
  const float* w;
  bool transposed;
};

/// How a product is cut: the rows of a piece that are computed at once, and the least columns of a part of them.
struct Cut {
  Index rows, columns;
};

/// c = a b over all rows, in fixed pieces. block(row, rows) returns the rows of a, at most cut.rows of a piece at once,
/// which it computes from the maps in all.prefetched.
template <class Block>
void multiply(const PointwiseKernel& kernel, const PackedProduct& all, Given given, Cut cut, const Block& block) {
  const ProductWeights b{given.w, all.depth, all.columns, given.transposed};
  const bool signs =
      kernel.signs_pay != nullptr && kernel.signs_pay(b.depth, b.columns) && only_signs(b.w, b.depth * b.columns);
  const ProductLoops& product = signs ? kernel.sign_product : kernel.product;
  const float* const weights = packed(product, b);
  const Index pieces = std::max(all.rows / kPieceRows, Index{1});
  // Tables of sums are made for each part of the columns.
  const Index widest = all.columns / (signs ? 4 * cut.columns : cut.columns);
  const Index parts = std::clamp(kManyPieces / pieces, Index{1}, std::max(widest, Index{1}));
  parallel_for(pieces * parts, [&](Index i) {
    const Range piece = piece_of(all.rows, pieces, i / parts, kPieceGrain);
    const Range columns = piece_of(all.columns, parts, i % parts, kPackedColumns);
    for (Index row = piece.begin; row < piece.end; row += cut.rows) {
      const Index rows = std::min(cut.rows, piece.end - row);
      const auto next = [&](PrefetchedMap all_rows) {
        return PrefetchedMap{all_rows.at((row + cut.rows) * all.depth), all_rows.bytes};
      };
      product.multiply({.a = block(row, rows),
                        .packed = weights,
                        .c = all.c + row * all.columns,
                        .rows = rows,
                        .depth = all.depth,
                        .columns = all.columns,
                        .first = columns.begin,
                        .end = columns.end,
                        .prefetched = {next(all.prefetched[0]), next(all.prefetched[1])}});
    }
  });
}

/// The product of a map [rows, in] to one of [rows, out].
PackedProduct product_of(const float* a, float* c, const Sizes& sizes) {
  return {.a = a,
          .packed = nullptr,
          .c = c,
          .rows = sizes.rows,
          .depth = sizes.in,
          .columns = sizes.out,
          .first = 0,
          .end = sizes.out};
}

/// The same with all of a in memory.
void multiply(const PointwiseKernel& kernel, PackedProduct all, const float* w, bool transposed) {
  all.prefetched[0] = {all.a, sizeof(float)};
  multiply(kernel, all, {w, transposed}, {.rows = kPieceRows, .columns = kLeastColumns},
           [&](Index row, Index) { return all.a + row * all.depth; });
}

/// The same for all three: two operands are read, one is written.
template <class Args>
Work work(const Args& args) {
  const auto rows = static_cast<double>(args.rows), in = static_cast<double>(args.in);
  const auto out = static_cast<double>(args.out);
  return {.flops = 2 * rows * in * out, .bytes = sizeof(float) * (rows * in + rows * out + in * out)};
}

}  // namespace

std::span<const PointwiseKernel> pointwise_kernels() {
  static const std::array table{
#ifdef MOG_HAVE_AVX512
      kPointwiseAvx512,
#endif
#ifdef MOG_HAVE_AVX2
      kPointwiseAvx2,
#endif
#ifdef MOG_HAVE_NEON64
      kPointwiseNeon64,
#endif
      kPointwiseReference,
  };
  return table;
}

void pointwise_forward(const PointwiseForward<float>& args, const PointwiseKernel& kernel) {
  check("pointwise_forward", args);
  multiply(kernel, product_of(args.x, args.y, {.rows = args.rows, .in = args.in, .out = args.out}), args.w, false);
}

void pointwise_input_gradient(const PointwiseInputGradient<float>& args, const PointwiseKernel& kernel) {
  check("pointwise_input_gradient", args);
  multiply(kernel, product_of(args.dy, args.dx, {.rows = args.rows, .in = args.out, .out = args.in}), args.w, true);
}

namespace {

template <class X>
void normalised_input_gradient(const NormalisedPointwiseInputGradient<float, X>& args, const PointwiseKernel& kernel) {
  const Sizes sizes = sizes_of(args);
  check("pointwise_input_gradient", sizes);
  const auto& normalisation = select(batch_norm_kernels()).template passes<X>();
  const PackedProduct product{
      .a = nullptr,
      .packed = nullptr,
      .c = args.dx,
      .rows = sizes.rows,
      .depth = sizes.out,
      .columns = sizes.in,
      .first = 0,
      .end = sizes.in,
      .prefetched = {{args.normalisation.x, sizeof(X)}, {args.normalisation.dy, sizeof(float)}}};
  // Its rows are computed once, for all columns.
  const Cut cut{.rows = kCachedRows, .columns = sizes.in};
  multiply(kernel, product, {args.w, true}, cut, [&](Index row, Index count) {
    float* const dy = scratch(Scratch::piece, kCachedRows * sizes.out);
    normalisation.input_gradient(some_rows(args.normalisation, row, count, dy));
    return dy;
  });
}

template <class X>
void timed_normalised_input_gradient(const NormalisedPointwiseInputGradient<float, X>& args) {
  const auto [rows, in, out] = sizes_of(args);
  Work all = work(sizes_of(args));
  all.bytes += static_cast<double>(rows * out) * (sizeof(X) + (args.normalisation.passes == nullptr ? 0 : 0.125));
  const Timed timed("normalised_pointwise_gradient", {rows, in, out}, all);
  normalised_input_gradient(args, select(pointwise_kernels()));
}

}  // namespace

void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float>& args, const PointwiseKernel& kernel) {
  normalised_input_gradient(args, kernel);
}
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float, std::int16_t>& args,
                              const PointwiseKernel& kernel) {
  normalised_input_gradient(args, kernel);
}

namespace {

/// x in floats or in bytes.
template <class X>
void weight_gradient(const X* x, const float* dy, float* dw, Sizes sizes,
                     void (*run)(const PointwiseWeightGradientPart<X>&)) {
  check("pointwise_weight_gradient", sizes);
  const Index in = sizes.in, out = sizes.out;
  sum_of_pieces({.rows = sizes.rows, .in = in, .out = out, .most_columns = kPointwiseColumns}, dw,
                [&](const WeightGradientPiece& piece) {
                  run({.x = x + piece.rows.begin * in,
                       .dy = dy + piece.rows.begin * out + piece.column,
                       .dw = piece.dw,
                       .rows = piece.rows.end - piece.rows.begin,
                       .in = in,
                       .columns = piece.columns,
                       .out = out});
                });
}

}  // namespace

void pointwise_weight_gradient(const PointwiseWeightGradient<float>& args, const PointwiseKernel& kernel) {
  weight_gradient(args.x, args.dy, args.dw, {args.rows, args.in, args.out}, kernel.weight_gradient.run);
}

void pointwise_weight_gradient(const PointwiseCodesWeightGradient& args, const PointwiseKernel& kernel) {
  weight_gradient(args.x, args.dy, args.dw, {args.rows, args.in, args.out}, kernel.weight_gradient.run_codes);
}

void pointwise_forward(const PointwiseForward<float>& args) {
  const Timed timed("pointwise_forward", {args.rows, args.in, args.out}, work(args));
  pointwise_forward(args, select(pointwise_kernels()));
}
void pointwise_input_gradient(const PointwiseInputGradient<float>& args) {
  const Timed timed("pointwise_input_gradient", {args.rows, args.in, args.out}, work(args));
  pointwise_input_gradient(args, select(pointwise_kernels()));
}
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float>& args) {
  timed_normalised_input_gradient(args);
}
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float, std::int16_t>& args) {
  timed_normalised_input_gradient(args);
}
void pointwise_weight_gradient(const PointwiseWeightGradient<float>& args) {
  const Timed timed("pointwise_weight_gradient", {args.rows, args.in, args.out}, work(args));
  pointwise_weight_gradient(args, select(pointwise_kernels()));
}
void pointwise_weight_gradient(const PointwiseCodesWeightGradient& args) {
  const Timed timed("pointwise_weight_gradient", {args.rows, args.in, args.out}, work(args));
  pointwise_weight_gradient(args, select(pointwise_kernels()));
}

}  // namespace mog::kernels
