// Batch normalisation's passes over memory: statistics, the affine map, and the two passes of its gradient; the
// activation that follows is computed in the same passes, and x may have 16 bits.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "core/kernels/isa.hpp"
#include "core/kernels/passing_window.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// mean[c] = sum_p x[p, c] / rows, variance[c] = sum_p (x[p, c] - mean[c])^2 / rows (biased, as batch normalisation
/// uses it). Float sums run over short pieces, about the piece's own mean, and are combined in double: the variance
/// keeps a relative error below 1e-5 while |mean| is below 100 standard deviations.  x [rows, channels], rows >= 1.
template <class T>
struct BatchStatistics {
  const T* x;
  T* mean;
  T* variance;
  Index rows, channels;
};

/// What is applied to the normalised number z, and the mask of the elements whose gradient passes:
///   none   y = z                                              dz = dy                     no mask
///   relu   y = z <= 0 ? 0 : z, as ReluForward                 dz = z > 0 ? dy : 0
///   qrelu  y = the code of z in `bits` bits, as QreluForward  dz = low <= z <= high ? (2^bits - 1) dy : 0
/// Mask [rows, ceil(channels / 8)] bytes: row p, channel c is bit c % 8 of byte c / 8, set where dz is not 0; the
/// unused bits of a row's last byte are 0.
struct Activation {
  enum Kind { none, relu, qrelu };
  Kind kind = none;
  int bits = 0;            // of qrelu: 1 to 8
  PassingWindow window{};  // of qrelu
};
constexpr Index mask_bytes(Index channels) { return (channels + 7) / 8; }

/// y[p, c] = activation(fma(x[p, c], scale[c], shift[c])): one rounding before the activation, the same on every
/// instruction set, so that a decision taken on it is a comparison of x with a constant. y may be x; passes may be null
/// when no gradient is wanted. The codes of qrelu may be written to `codes` as bytes instead: then y is null. With
/// `large`, y is part of a map larger than the caches, and is written with streaming stores.
/// Here and in the gradient's two passes X is T, or std::int16_t where x are whole numbers of 16 bits: half the memory
/// of floats, and the same numbers.
template <class T, class X = T>
struct ChannelAffine {
  const X* x;
  const T* scale;
  const T* shift;
  T* y;
  Index rows, channels;
  Activation activation = {};
  std::uint8_t* passes = nullptr;
  std::uint8_t* codes = nullptr;
  bool large = false;
};

/// sum_dz[c] = sum_p dz[p, c];  sum_dz_x[c] = sum_p dz[p, c] (x[p, c] - mean[c]), with dz from dy and the mask.
template <class T, class X = T>
struct BatchNormGradientSums {
  const X* x;
  const T* dy;
  const T* mean;
  T* sum_dz;
  T* sum_dz_x;
  Index rows, channels;
  Activation activation = {};
  const std::uint8_t* passes = nullptr;
};

/// dx[p, c] = a[c] dz[p, c] + b[c] (x[p, c] - mean[c]) + d[c] as fma(a, dz, fma(b, x - mean, d)), with dz from dy and
/// the mask; dx may be dy or x.
template <class T, class X = T>
struct BatchNormInputGradient {
  const X* x;
  const T* dy;
  const T* mean;
  const T* a;
  const T* b;
  const T* d;
  T* dx;
  Index rows, channels;
  Activation activation = {};
  const std::uint8_t* passes = nullptr;
};

/// The same for `rows` rows from `first` on, with dx where these go.
template <class T, class X>
BatchNormInputGradient<T, X> some_rows(BatchNormInputGradient<T, X> all, Index first, Index rows, T* dx) {
  all.x += first * all.channels;
  all.dy += first * all.channels;
  all.dx = dx;
  if (all.passes != nullptr) all.passes += first * mask_bytes(all.channels);
  all.rows = rows;
  return all;
}

void batch_statistics(const BatchStatistics<float>& args);
void channel_affine(const ChannelAffine<float>& args);
void batch_norm_gradient_sums(const BatchNormGradientSums<float>& args);
void batch_norm_input_gradient(const BatchNormInputGradient<float>& args);
void channel_affine(const ChannelAffine<float, std::int16_t>& args);
void batch_norm_gradient_sums(const BatchNormGradientSums<float, std::int16_t>& args);
void batch_norm_input_gradient(const BatchNormInputGradient<float, std::int16_t>& args);
void batch_statistics(const BatchStatistics<double>& args);
void channel_affine(const ChannelAffine<double>& args);
void batch_norm_gradient_sums(const BatchNormGradientSums<double>& args);
void batch_norm_input_gradient(const BatchNormInputGradient<double>& args);

/// Rows that one float sum runs over before it goes into a double.
inline constexpr Index kRunRows = 32;

/// Sums of some rows, added to what is there:
///   sum[c] += sum_p (x[p, c] - shift[c]),   squares[c] += sum_p (x[p, c] - shift[c])^2.
/// With a shift near the data, such as its first row, double holds both to far more digits than the variance needs.
template <class T>
struct ShiftedSums {
  const T* x;
  const T* shift;
  double* sum;
  double* squares;
  Index rows, channels;
};

/// Sums of some rows, added to what is there:
///   sum_dz[c] += sum_p dz[p, c],   sum_dz_x[c] += sum_p dz[p, c] (x[p, c] - mean[c]).
template <class T, class X = T>
struct GradientSums {
  const X* x;
  const T* dy;
  const T* mean;
  double* sum_dz;
  double* sum_dz_x;
  Index rows, channels;
  Activation activation = {};
  const std::uint8_t* passes = nullptr;
};

/// One instruction set's bodies. Each does the whole of its Args on the calling thread and checks nothing. The maps
/// give the same bits on every instruction set; the sums round their short float runs differently.
template <class T, class X>
struct BatchNormPasses {
  void (*channel_affine)(const ChannelAffine<T, X>&);
  void (*gradient_sums)(const GradientSums<T, X>&);
  void (*input_gradient)(const BatchNormInputGradient<T, X>&);
};
template <class T>
struct BatchNormKernels {
  Isa isa;
  void (*shifted_sums)(const ShiftedSums<T>&);
  BatchNormPasses<T, T> numbers;
  BatchNormPasses<T, std::int16_t> shorts;

  /// The passes for such x.
  template <class X>
  [[nodiscard]] const BatchNormPasses<T, X>& passes() const {
    if constexpr (std::is_same_v<X, T>) {
      return numbers;
    } else {
      return shorts;
    }
  }
};

/// The rows that this program was built with, best first, the reference last.
std::span<const BatchNormKernels<float>> batch_norm_kernels();

}  // namespace mog::kernels
