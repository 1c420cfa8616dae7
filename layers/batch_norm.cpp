// Batch normalisation with the batch's statistics or the running ones.
#include "layers/batch_norm.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_environment.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "layers/activations.hpp"
#include "layers/normalise.hpp"

namespace mog {

template <class T>
BatchNorm<T>::BatchNorm(Parameters<T>& parameters, const std::string& name, const BatchNormOptions& options)
    : name_(name), options_(options) {
  require(options.channels >= 1, name, ": ", options.channels, " channels, expected at least 1");
  require(options.momentum >= 0 && options.momentum <= 1, name, ": momentum ", options.momentum, ", expected 0 to 1");
  require(options.epsilon > 0, name, ": epsilon ", options.epsilon, ", expected more than 0");
  gamma_ = parameters.add(name + ".gamma", {options.channels}, Initial::constant(1));
  beta_ = parameters.add(name + ".beta", {options.channels}, Initial::constant(0));
  gamma_->ranges = beta_->ranges = options.before_activation;
  mean_ = parameters.add_buffer(name + ".mean", {options.channels}, T{0});
  variance_ = parameters.add_buffer(name + ".variance", {options.channels}, T{1});
}

template <class T>
Variable<T> BatchNorm<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  return normalise(pass, x, {});
}

template <class T>
Variable<T> BatchNorm<T>::activated(Pass<T>& pass, const Variable<T>& x, int bits) {
  return normalise(pass, x, activation_of(pass, bits));
}

template <class T>
Variable<T> BatchNorm<T>::normalise(Pass<T>& pass, const Variable<T>& x, kernels::Activation activation) {
  const auto to_x = [&tape = pass.tape, dx_sum = x.gradient](auto arguments, const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make_over(dy);
    arguments.dx = dx.data();
    kernels::batch_norm_input_gradient(arguments);
    dx_sum.add(dx);
  };
  return normalise(pass, x, {}, activation, x.gradient, to_x);
}

template <class T>
void BatchNorm<T>::report(const Pass<T>& pass, const Variable<T>& y) const {
  if (pass.observer) pass.report({.name = name_, .kind = "batch norm", .constants = 2 * options_.channels}, y);
}

template <class T>
kernels::Activation BatchNorm<T>::activation_of(const Pass<T>& pass, int bits) const {
  require(bits >= 1 && bits <= 8, name_, ": k = ", bits, " bits, expected 1 to 8");
  if (pass.quantized_activations()) {
    return {.kind = kernels::Activation::qrelu, .bits = bits, .window = passing_window(pass.qrelu_slope, bits)};
  }
  return {.kind = kernels::Activation::relu};
}

/// The batch's mean and variance of each channel, computed unless x brings them, and the running ones moved towards
/// them. This is where a NaN is found: a quantized activation would turn it into code 0.
template <class T>
typename BatchNorm<T>::Statistics BatchNorm<T>::batch_statistics(Pass<T>& pass, const Tensor<T>& x, Index rows,
                                                                 Statistics batch) {
  require(rows >= 2 || pass.shards != nullptr, name_, ": training on ", rows, " row, expected at least 2");
  if (const Shape channels{options_.channels}; batch.mean.empty()) {
    batch = {.mean = pass.tape.make(channels), .variance = pass.tape.make(channels)};
    kernels::batch_statistics(kernels::BatchStatistics<T>{.x = x.data(),
                                                          .mean = batch.mean.data(),
                                                          .variance = batch.variance.data(),
                                                          .rows = rows,
                                                          .channels = options_.channels});
  }
  batch.rows = rows;
  if (pass.shards != nullptr) join_shards(pass, batch);
  for (Index c = 0; c < options_.channels; ++c) {
    if (std::isfinite(batch.mean[c]) && std::isfinite(batch.variance[c])) continue;
    throw NumericError(concat(name_, ": the batch's mean and variance of channel ", c, " are ", batch.mean[c], " and ",
                              batch.variance[c]));
  }
  const double m = std::min(options_.momentum, pass.momentum_limit);
  const auto blend = [m](T& running, T now) { running = static_cast<T>(m * running + (1.0 - m) * now); };
  for (Index c = 0; c < options_.channels; ++c) {
    blend(mean_->value[c], batch.mean[c]);
    blend(variance_->value[c], batch.variance[c]);
  }
  return batch;
}

/// From the statistics of each shard to those of all: with n_s rows of mean m_s and variance v_s,
///   mean = sum_s n_s m_s / n,  variance = sum_s n_s (v_s + (m_s - mean)^2) / n,
/// in double, in the order of shards.
template <class T>
void BatchNorm<T>::join_shards(Pass<T>& pass, Statistics& batch) const {
  const Index channels = options_.channels, shards = pass.shards->shards(), width = 2 * channels + 1;
  const auto own = pass.tape.template make_as<double>({width}),
             all = pass.tape.template make_as<double>({shards, width});
  own[0] = static_cast<double>(batch.rows);
  for (Index c = 0; c < channels; ++c) {
    own[1 + c] = static_cast<double>(batch.mean[c]);
    own[1 + channels + c] = static_cast<double>(batch.variance[c]);
  }
  pass.shards->gather(own.values(), all.values());
  double rows = 0;
  for (Index s = 0; s < shards; ++s) rows += all[s * width];
  for (Index c = 0; c < channels; ++c) {
    double mean = 0, variance = 0;
    for (Index s = 0; s < shards; ++s) mean += all[s * width] * all[s * width + 1 + c];
    mean /= rows;
    for (Index s = 0; s < shards; ++s) {
      const double away = all[s * width + 1 + c] - mean;
      variance += all[s * width] * (all[s * width + 1 + channels + c] + away * away);
    }
    batch.mean[c] = static_cast<T>(mean);
    batch.variance[c] = static_cast<T>(variance / rows);
  }
  batch.rows = static_cast<Index>(rows);
}

template <class T>
void BatchNorm<T>::affine(Tensor<T>& scale, Tensor<T>& shift) const {
  const FloatEnvironment standard;
  scale = Tensor<T>({options_.channels});
  shift = Tensor<T>({options_.channels});
  normalisation::fold(*gamma_, *beta_, mean_->value, variance_->value, options_.epsilon, scale, shift);
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace mog
