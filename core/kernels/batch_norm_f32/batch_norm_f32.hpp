// Batch normalisation's passes over memory: statistics, the affine map, and the two passes of its gradient.
#pragma once

#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// mean[c] = sum_p x[p, c] / rows, variance[c] = sum_p (x[p, c] - mean[c])^2 / rows (biased, as batch normalisation
/// uses it). Float sums run over short pieces and are combined in double: the variance keeps a relative error below
/// 1e-5 while |mean| is below 100 standard deviations.  x [rows, channels].
template <class T>
struct BatchStatistics {
  const T* x;
  T* mean;
  T* variance;
  Index rows, channels;
};

/// y[p, c] = fma(x[p, c], scale[c], shift[c]): one rounding, the same on every instruction set, so that a decision
/// taken on y is a comparison of x with a constant. y may be x.
template <class T>
struct ChannelAffine {
  const T* x;
  const T* scale;
  const T* shift;
  T* y;
  Index rows, channels;
};

/// sum_dy[c] = sum_p dy[p, c];  sum_dy_x[c] = sum_p dy[p, c] (x[p, c] - mean[c]).
template <class T>
struct BatchNormGradientSums {
  const T* x;
  const T* dy;
  const T* mean;
  T* sum_dy;
  T* sum_dy_x;
  Index rows, channels;
};

/// dx[p, c] = a[c] dy[p, c] + b[c] (x[p, c] - mean[c]) + d[c]; dx may be dy.
template <class T>
struct BatchNormInputGradient {
  const T* x;
  const T* dy;
  const T* mean;
  const T* a;
  const T* b;
  const T* d;
  T* dx;
  Index rows, channels;
};

void batch_statistics(const BatchStatistics<float>& args);
void channel_affine(const ChannelAffine<float>& args);
void batch_norm_gradient_sums(const BatchNormGradientSums<float>& args);
void batch_norm_input_gradient(const BatchNormInputGradient<float>& args);
void batch_statistics(const BatchStatistics<double>& args);
void channel_affine(const ChannelAffine<double>& args);
void batch_norm_gradient_sums(const BatchNormGradientSums<double>& args);
void batch_norm_input_gradient(const BatchNormInputGradient<double>& args);

}  // namespace mog::kernels
