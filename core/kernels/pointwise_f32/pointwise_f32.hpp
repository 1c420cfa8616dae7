// Pointwise (1x1) convolution as a matrix product, and its two gradients: channels last, float32.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// Forward: y[p, o] = sum_c x[p, c] w[c, o].
/// Shapes: x [rows, in], w [in, out], y [rows, out], all contiguous; y must not overlap the others.
/// Any sizes of at least 1; fastest where `in` and `out` are multiples of 16 and `rows` of a few hundred.
/// When x and w hold integers and every partial sum stays below 2^24 the result is exact, in any order of summation.
/// Weights that are all -1 or +1 are recognised: they take no multiplications, and round in another order.
template <class T>
struct PointwiseForward {
  const T* x;
  const T* w;
  T* y;
  Index rows, in, out;
};

/// Gradient by the input: dx[p, c] = sum_o dy[p, o] w[c, o].
template <class T>
struct PointwiseInputGradient {
  const T* dy;
  const T* w;
  T* dx;
  Index rows, in, out;
};

/// Gradient by x where a batch normalisation follows the product: to the bit pointwise_input_gradient of what
/// batch_norm_input_gradient(normalisation) writes, but without writing that map: a few rows of it at a time stay in
/// the cache. X as in BatchNormInputGradient.
template <class T, class X = T>
struct NormalisedPointwiseInputGradient {
  BatchNormInputGradient<T, X> normalisation;  // of `rows` rows and `out` channels; its dx is left alone
  const T* w;                                  // [in, out]
  T* dx;                                       // [rows, in]
  Index in;
};

/// Gradient by the weights: dw[c, o] = sum_p x[p, c] dy[p, o]; overwritten, not added to.
/// The rows are cut into pieces whose number depends on the sizes only; the pieces' sums are added in order.
template <class T>
struct PointwiseWeightGradient {
  const T* x;
  const T* dy;
  T* dw;
  Index rows, in, out;
};

/// The same with x in bytes.
struct PointwiseCodesWeightGradient {
  const std::uint8_t* x;
  const float* dy;
  float* dw;
  Index rows, in, out;
};

void pointwise_forward(const PointwiseForward<float>& args);
void pointwise_input_gradient(const PointwiseInputGradient<float>& args);
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float>& args);
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float, std::int16_t>& args);
void pointwise_weight_gradient(const PointwiseWeightGradient<float>& args);
void pointwise_weight_gradient(const PointwiseCodesWeightGradient& args);
void pointwise_forward(const PointwiseForward<double>& args);
void pointwise_input_gradient(const PointwiseInputGradient<double>& args);
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<double>& args);
void pointwise_weight_gradient(const PointwiseWeightGradient<double>& args);

/// A map [rows, depth] to prefetch, and how many bytes a number of it takes; the default is none.
struct PrefetchedMap {
  const void* map = nullptr;
  Index bytes = 0;
  /// From this element on.
  [[nodiscard]] const char* at(Index element) const { return static_cast<const char*>(map) + element * bytes; }
};

/// c[rows, columns] = a[rows, depth] b[depth, columns], b packed by the same kernel: the forward pass with b = w, the
/// gradient by the input with b = w transposed.
struct PackedProduct {
  const float* a;
  const float* packed;
  float* c;
  Index rows, depth, columns;
  /// Columns of c that are computed: `first` is a multiple of kPackedColumns, and so is `end`, or it is `columns`.
  Index first, end;
  /// Up to two maps of which the caller reads as many rows next: the loops may prefetch them while they compute, even
  /// beyond a map's end, where it does no harm.
  PrefetchedMap prefetched[2] = {};
};

/// b as it is given: b[d, j] is w[d, j], or w[j, d] when w is given transposed.
struct ProductWeights {
  const float* w;
  Index depth, columns;
  bool transposed;
};

/// Parts of b and c that are worked on by themselves are so many columns, or a multiple: whole panels of every kernel.
inline constexpr Index kPackedColumns = 64;

/// One way to compute it, on one thread.
struct ProductLoops {
  /// Floats of all of b as `pack` writes it.
  Index (*packed_size)(Index depth, Index columns);
  /// Rewrites columns [first, end) of b, as in PackedProduct, in the order in which `multiply` reads them; `packed` is
  /// where all of b begins.
  void (*pack)(const ProductWeights& b, Index first, Index end, float* packed);
  void (*multiply)(const PackedProduct& product);
};

/// Columns of a weight gradient that are worked on at once.
inline constexpr Index kPointwiseColumns = 64;

/// Some rows of x and dy, at most kPointwiseColumns columns of dy and dw: dw[c, o] = sum_p x[p, c] dy[p, o].
template <class X, class T = float>
struct PointwiseWeightGradientPart {
  const X* x;   // [rows, in]
  const T* dy;  // [rows, columns], `out` numbers from row to row
  T* dw;        // [in, columns], the same
  Index rows, in, columns, out;
};

/// The weight gradient, on one thread; x in floats or in bytes.
struct WeightGradientLoops {
  void (*run)(const PointwiseWeightGradientPart<float>& part);
  void (*run_codes)(const PointwiseWeightGradientPart<std::uint8_t>& part);
};

/// What one instruction set offers: loops on one thread over a part of the work.
struct PointwiseKernel {
  Isa isa;
  ProductLoops product;
  WeightGradientLoops weight_gradient;
  /// The product without multiplications for b of -1 and +1 only. signs_pay tells for which sizes it is the faster one,
  /// and it is called for no others. Null where it never is faster.
  bool (*signs_pay)(Index depth, Index columns) = nullptr;
  ProductLoops sign_product = {};
};

/// The table, best first: what programs choose from, tests check and benchmarks time.
std::span<const PointwiseKernel> pointwise_kernels();

void pointwise_forward(const PointwiseForward<float>& args, const PointwiseKernel& kernel);
void pointwise_input_gradient(const PointwiseInputGradient<float>& args, const PointwiseKernel& kernel);
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float>& args, const PointwiseKernel& kernel);
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<float, std::int16_t>& args,
                              const PointwiseKernel& kernel);
void pointwise_weight_gradient(const PointwiseWeightGradient<float>& args, const PointwiseKernel& kernel);
void pointwise_weight_gradient(const PointwiseCodesWeightGradient& args, const PointwiseKernel& kernel);

}  // namespace mog::kernels
