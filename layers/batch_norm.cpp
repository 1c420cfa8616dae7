// Batch normalisation with the batch's statistics or the running ones, forward beside backward.
#include "layers/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "layers/activations.hpp"

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

/// What the backward pass keeps of the forward pass.
template <class T>
struct Kept {
  Tensor<T> x;
  Tensor<std::int16_t> shorts;  // x in 16 bits: then x is empty
  Tensor<T> mean, variance, scale;
  Tensor<std::uint8_t> passes;  // where the activation lets the gradient through
  kernels::Activation activation;
  double epsilon;
  bool batch;   // the statistics are the batch's own: they depend on x
  Tensor<T> w;  // of the product that x is, where its gradient goes through that as well
};

/// Calls work with a pointer to x's numbers.
template <class T, class Work>
void with_numbers(const Tensor<T>& x, const Tensor<std::int16_t>& shorts, const Work& work) {
  if constexpr (std::is_same_v<T, float>) {
    if (!shorts.empty()) return work(shorts.data());
  }
  work(x.data());
}

/// Sums over the rows of one batch, channel by channel; dz: what the activation lets through of dy.
template <class T>
struct Sums {
  Tensor<T> dz;      // sum of dz: dbeta
  Tensor<T> dz_x;    // sum of dz (x - mean)
  Tensor<T> dgamma;  // the latter over the deviation
};

template <class T>
Sums<T> gradient_sums(Tape<T>& tape, const Kept<T>& kept, const Tensor<T>& dy) {
  const Shape channels{dy.channels()};
  Sums<T> sums{.dz = tape.make(channels), .dz_x = tape.make(channels), .dgamma = tape.make(channels)};
  with_numbers(kept.x, kept.shorts, [&]<class X>(const X* x) {
    kernels::batch_norm_gradient_sums(kernels::BatchNormGradientSums<T, X>{.x = x,
                                                                           .dy = dy.data(),
                                                                           .mean = kept.mean.data(),
                                                                           .sum_dz = sums.dz.data(),
                                                                           .sum_dz_x = sums.dz_x.data(),
                                                                           .rows = dy.rows(),
                                                                           .channels = dy.channels(),
                                                                           .activation = kept.activation,
                                                                           .passes = kept.passes.data()});
  });
  for (Index c = 0; c < dy.channels(); ++c) {
    sums.dgamma[c] = static_cast<T>(sums.dz_x[c] * inverse_deviation(kept.variance[c], kept.epsilon));
  }
  return sums;
}

/// dx = scale dz + b (x - mean) + d; where x is a product, the gradient of its factor, dx w^T, without writing dx.
template <class T>
Tensor<T> input_gradient(Tape<T>& tape, const Kept<T>& kept, const Sums<T>& sums, const Tensor<T>& dy) {
  const Tensor<T> b = tape.make(kept.mean.shape()), d = tape.make(kept.mean.shape());
  const double share = kept.batch ? 1.0 / static_cast<double>(dy.rows()) : 0.0;  // of a row in the statistics
  for (Index c = 0; c < dy.channels(); ++c) {
    const double inverse = inverse_deviation(kept.variance[c], kept.epsilon);
    b[c] = static_cast<T>(-kept.scale[c] * inverse * inverse * sums.dz_x[c] * share);
    d[c] = static_cast<T>(-kept.scale[c] * share * sums.dz[c]);
  }
  const bool through = !kept.w.empty();
  Tensor<T> dx = through ? tape.make(dy.shape().with_channels(kept.w.shape()[0])) : tape.make_over(dy);
  with_numbers(kept.x, kept.shorts, [&]<class X>(const X* x) {
    const kernels::BatchNormInputGradient<T, X> own{.x = x,
                                                    .dy = dy.data(),
                                                    .mean = kept.mean.data(),
                                                    .a = kept.scale.data(),
                                                    .b = b.data(),
                                                    .d = d.data(),
                                                    .dx = through ? nullptr : dx.data(),
                                                    .rows = dy.rows(),
                                                    .channels = dy.channels(),
                                                    .activation = kept.activation,
                                                    .passes = kept.passes.data()};
    if (through) {
      kernels::pointwise_input_gradient(kernels::NormalisedPointwiseInputGradient<T, X>{
          .normalisation = own, .w = kept.w.data(), .dx = dx.data(), .in = dx.channels()});
    } else {
      kernels::batch_norm_input_gradient(own);
    }
  });
  return dx;
}

/// x as it is, without a product that the gradient could go through.
template <class T>
FixedProduct<T> alone(const Variable<T>& x) {
  return {.y = {x.numbers(), x.gradient}, .dx = x.gradient, .w = {}};
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
  Variable<T> y = normalise(pass, alone(x), {});
  if (pass.observer) {
    pass.report({.name = name_, .kind = "batch norm", .constants = 2 * options_.channels}, y);
  }
  return y;
}

template <class T>
Variable<T> BatchNorm<T>::activated(Pass<T>& pass, const Variable<T>& x, int bits) {
  if (pass.observer) return activation(pass, (*this)(pass, x), bits);
  return normalise(pass, alone(x), activation_of(pass, bits));
}

template <class T>
Variable<T> BatchNorm<T>::activated(Pass<T>& pass, const FixedProduct<T>& x, int bits) {
  if (pass.observer) return activated(pass, x.y, bits);
  return normalise(pass, x, activation_of(pass, bits));
}

template <class T>
kernels::Activation BatchNorm<T>::activation_of(const Pass<T>& pass, int bits) const {
  require(bits >= 1 && bits <= 8, name_, ": k = ", bits, " bits, expected 1 to 8");
  if (pass.quantized_activations()) return {.kind = kernels::Activation::qrelu, .bits = bits};
  return {.kind = kernels::Activation::relu};
}

/// The batch's mean and variance of each channel, computed unless x brings them, and the running ones moved towards
/// them. This is where a NaN is found: a quantized activation would turn it into code 0.
template <class T>
typename BatchNorm<T>::Statistics BatchNorm<T>::batch_statistics(Pass<T>& pass, const Tensor<T>& x, Index rows,
                                                                 Statistics batch) {
  require(rows >= 2, name_, ": training on ", rows, " row, expected at least 2");
  if (const Shape channels{options_.channels}; batch.mean.empty()) {
    batch = {.mean = pass.tape.make(channels), .variance = pass.tape.make(channels)};
    kernels::batch_statistics(kernels::BatchStatistics<T>{.x = x.data(),
                                                          .mean = batch.mean.data(),
                                                          .variance = batch.variance.data(),
                                                          .rows = rows,
                                                          .channels = options_.channels});
  }
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

template <class T>
Variable<T> BatchNorm<T>::normalise(Pass<T>& pass, const FixedProduct<T>& product, kernels::Activation activation) {
  const Tensor<T> kept_x = product.y.value;
  const Shape& shape = product.shorts.empty() ? kept_x.shape() : product.shorts.shape();
  const Index rows = shape.rows(), channels = options_.channels;
  require(shape.rank() >= 1 && rows >= 1 && shape[-1] == channels, name_, ": x has shape ", shape, ", expected [..., ",
          channels, "]");
  Tape<T>& tape = pass.tape;
  const Statistics statistics = pass.training ? batch_statistics(pass, kept_x, rows, {product.mean, product.variance})
                                              : Statistics{mean_->value, variance_->value};
  Variable<T> y;
  if (activation.kind == kernels::Activation::qrelu) {
    y.codes = tape.template make_as<std::uint8_t>(shape);
  } else {
    y.value = tape.make(shape);
  }
  const Tensor<T> scale = tape.make({channels}), shift = tape.make({channels});
  fold(*gamma_, *beta_, statistics.mean, statistics.variance, options_.epsilon, scale, shift);
  const bool masked = activation.kind != kernels::Activation::none && tape.recording();
  const auto passes =
      masked ? tape.template make_as<std::uint8_t>({rows, kernels::mask_bytes(channels)}) : Tensor<std::uint8_t>();
  with_numbers(kept_x, product.shorts, [&]<class X>(const X* x) {
    kernels::channel_affine(kernels::ChannelAffine<T, X>{.x = x,
                                                         .scale = scale.data(),
                                                         .shift = shift.data(),
                                                         .y = y.value.data(),
                                                         .rows = rows,
                                                         .channels = channels,
                                                         .activation = activation,
                                                         .passes = passes.data(),
                                                         .codes = y.codes.data()});
  });

  const Kept<T> kept{.x = kept_x,
                     .shorts = product.shorts,
                     .mean = statistics.mean,
                     .variance = statistics.variance,
                     .scale = scale,
                     .passes = passes,
                     .activation = activation,
                     .epsilon = options_.epsilon,
                     .batch = pass.training,
                     .w = product.w};
  const Gradient<T> dx_sum = product.dx, dgamma_sum = gamma_->variable().gradient,
                    dbeta_sum = beta_->variable().gradient;
  return tape.record(y, {dx_sum, dgamma_sum, dbeta_sum},
                     [&tape, kept, dx_sum, dgamma_sum, dbeta_sum](const Tensor<T>& dy) {
                       const Sums<T> sums = gradient_sums(tape, kept, dy);
                       dgamma_sum.add(sums.dgamma);
                       dbeta_sum.add(sums.dz);
                       if (dx_sum) dx_sum.add(input_gradient(tape, kept, sums, dy));
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
