// Batch normalisation with the batch's statistics or the running ones, forward beside backward.
#include "layers/batch_norm.hpp"

#include <algorithm>
#include <cmath>

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

namespace mog {
namespace {

/// 1 / sqrt(variance + epsilon), channel by channel; in double, so that float rounds once.
template <class T>
double inverse_deviation(T variance, double epsilon) {
  return 1.0 / std::sqrt(static_cast<double>(variance) + epsilon);
}

/// scale = gamma / sqrt(variance + epsilon), shift = beta - mean scale.
template <class T>
void fold(const Parameter<T>& gamma, const Parameter<T>& beta, const Tensor<T>& mean, const Tensor<T>& variance,
          double epsilon, const Tensor<T>& scale, const Tensor<T>& shift) {
  for (Index c = 0; c < scale.elements(); ++c) {
    scale[c] = static_cast<T>(gamma.value[c] * inverse_deviation(variance[c], epsilon));
    shift[c] = static_cast<T>(beta.value[c] - static_cast<double>(mean[c]) * scale[c]);
  }
}

/// The sums that gamma's, beta's and (in training) the input's gradient are made of: sum dy, sum dy (x - mean).
template <class T>
struct GradientSums {
  Tensor<T> dy, dy_x;
};
template <class T>
GradientSums<T> gradient_sums(Tape<T>& tape, const Tensor<T>& x, const Tensor<T>& dy, const Tensor<T>& mean) {
  GradientSums<T> sums{tape.make(mean.shape()), tape.make(mean.shape())};
  kernels::batch_norm_gradient_sums(kernels::BatchNormGradientSums<T>{.x = x.data(),
                                                                      .dy = dy.data(),
                                                                      .mean = mean.data(),
                                                                      .sum_dy = sums.dy.data(),
                                                                      .sum_dy_x = sums.dy_x.data(),
                                                                      .rows = x.rows(),
                                                                      .channels = x.channels()});
  return sums;
}

}  // namespace

template <class T>
BatchNorm<T>::BatchNorm(Parameters<T>& parameters, const std::string& name, const BatchNormOptions& options)
    : name_(name), options_(options) {
  require(options.channels >= 1, name, ": ", options.channels, " channels, expected at least 1");
  require(options.momentum >= 0 && options.momentum <= 1, name, ": momentum ", options.momentum, ", expected 0 to 1");
  require(options.epsilon > 0, name, ": epsilon ", options.epsilon, ", expected more than 0");
  gamma_ = parameters.add(name + ".gamma", {options.channels}, Initial::constant(1));
  beta_ = parameters.add(name + ".beta", {options.channels}, Initial::constant(0));
  mean_ = parameters.add_buffer(name + ".mean", {options.channels}, T{0});
  variance_ = parameters.add_buffer(name + ".variance", {options.channels}, T{1});
}

template <class T>
Variable<T> BatchNorm<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  require(x.value.rows() >= 1 && x.value.channels() == options_.channels, name_, ": x has shape ", x.shape(),
          ", expected [..., ", options_.channels, "]");
  Variable<T> y = pass.training ? normalise_batch(pass, x) : normalise_running(pass, x);
  if (pass.observer) {
    pass.report({.name = name_, .kind = "batch norm", .precision = Precision::full, .constants = 2 * options_.channels},
                y);
  }
  return y;
}

template <class T>
Variable<T> BatchNorm<T>::normalise_batch(Pass<T>& pass, const Variable<T>& x) {
  Tape<T>& tape = pass.tape;
  const Index rows = x.value.rows(), channels = options_.channels;
  require(rows >= 2, name_, ": training on ", rows, " row, expected at least 2");
  const Tensor<T> mean = tape.make({channels}), variance = tape.make({channels});
  kernels::batch_statistics(kernels::BatchStatistics<T>{
      .x = x.value.data(), .mean = mean.data(), .variance = variance.data(), .rows = rows, .channels = channels});
  for (Index c = 0; c < channels; ++c) {
    const auto blend = [m = std::min(options_.momentum, pass.momentum_limit)](T& running, T batch) {
      running = static_cast<T>(m * running + (1.0 - m) * batch);
    };
    blend(mean_->value[c], mean[c]);
    blend(variance_->value[c], variance[c]);
  }
  const Tensor<T> y = tape.make(x.shape()), scale = tape.make({channels}), shift = tape.make({channels});
  fold(*gamma_, *beta_, mean, variance, options_.epsilon, scale, shift);
  kernels::channel_affine(kernels::ChannelAffine<T>{.x = x.value.data(),
                                                    .scale = scale.data(),
                                                    .shift = shift.data(),
                                                    .y = y.data(),
                                                    .rows = rows,
                                                    .channels = channels});

  const Gradient<T> dgamma_sum = gamma_->variable().gradient, dbeta_sum = beta_->variable().gradient;
  return tape.record(
      y, {x.gradient, dgamma_sum, dbeta_sum},
      [&tape, kept_x = x.value, mean, variance, scale, epsilon = options_.epsilon, dx_sum = x.gradient, dgamma_sum,
       dbeta_sum](const Tensor<T>& dy) {
        const GradientSums<T> sums = gradient_sums(tape, kept_x, dy, mean);
        const Tensor<T> dgamma = tape.make(mean.shape()), b = tape.make(mean.shape()), d = tape.make(mean.shape());
        const double inverse_rows = 1.0 / static_cast<double>(kept_x.rows());
        for (Index c = 0; c < mean.elements(); ++c) {
          const double inverse = inverse_deviation(variance[c], epsilon);
          dgamma[c] = static_cast<T>(sums.dy_x[c] * inverse);
          b[c] = static_cast<T>(-scale[c] * inverse * inverse * sums.dy_x[c] * inverse_rows);
          d[c] = static_cast<T>(-scale[c] * inverse_rows * sums.dy[c]);
        }
        dgamma_sum.add(dgamma, tape.arena());
        dbeta_sum.add(sums.dy, tape.arena());
        if (dx_sum) {
          const Tensor<T> dx = tape.make(dy.shape());
          kernels::batch_norm_input_gradient(kernels::BatchNormInputGradient<T>{.x = kept_x.data(),
                                                                                .dy = dy.data(),
                                                                                .mean = mean.data(),
                                                                                .a = scale.data(),
                                                                                .b = b.data(),
                                                                                .d = d.data(),
                                                                                .dx = dx.data(),
                                                                                .rows = dy.rows(),
                                                                                .channels = dy.channels()});
          dx_sum.add(dx, tape.arena());
        }
      });
}

template <class T>
Variable<T> BatchNorm<T>::normalise_running(Pass<T>& pass, const Variable<T>& x) {
  Tape<T>& tape = pass.tape;
  const Index channels = options_.channels;
  const Tensor<T> y = tape.make(x.shape()), scale = tape.make({channels}), shift = tape.make({channels});
  fold(*gamma_, *beta_, mean_->value, variance_->value, options_.epsilon, scale, shift);
  kernels::channel_affine(kernels::ChannelAffine<T>{.x = x.value.data(),
                                                    .scale = scale.data(),
                                                    .shift = shift.data(),
                                                    .y = y.data(),
                                                    .rows = x.value.rows(),
                                                    .channels = channels});

  const Gradient<T> dgamma_sum = gamma_->variable().gradient, dbeta_sum = beta_->variable().gradient;
  return tape.record(y, {x.gradient, dgamma_sum, dbeta_sum},
                     [&tape, kept_x = x.value, mean = mean_->value, variance = variance_->value, scale,
                      epsilon = options_.epsilon, dx_sum = x.gradient, dgamma_sum, dbeta_sum](const Tensor<T>& dy) {
                       const GradientSums<T> sums = gradient_sums(tape, kept_x, dy, mean);
                       const Tensor<T> dgamma = tape.make(mean.shape());
                       for (Index c = 0; c < mean.elements(); ++c) {
                         dgamma[c] = static_cast<T>(sums.dy_x[c] * inverse_deviation(variance[c], epsilon));
                       }
                       dgamma_sum.add(dgamma, tape.arena());
                       dbeta_sum.add(sums.dy, tape.arena());
                       if (dx_sum) {
                         const Tensor<T> dx = tape.make(dy.shape()), zero = tape.make(mean.shape());
                         zero.fill(T{0});
                         kernels::channel_affine(kernels::ChannelAffine<T>{.x = dy.data(),
                                                                           .scale = scale.data(),
                                                                           .shift = zero.data(),
                                                                           .y = dx.data(),
                                                                           .rows = dy.rows(),
                                                                           .channels = dy.channels()});
                         dx_sum.add(dx, tape.arena());
                       }
                     });
}

template <class T>
void BatchNorm<T>::affine(Tensor<T>& scale, Tensor<T>& shift) const {
  scale = Tensor<T>({options_.channels});
  shift = Tensor<T>({options_.channels});
  fold(*gamma_, *beta_, mean_->value, variance_->value, options_.epsilon, scale, shift);
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace mog
