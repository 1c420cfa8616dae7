// Batch normalisation's two passes, as a template over where its input's gradient goes: to the input itself, or through
// an operation before it that is fused with it. Included by the layers that are.
#pragma once

#include <cmath>
#include <type_traits>

#include "core/float_environment.hpp"
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "layers/batch_norm.hpp"

namespace mog {
namespace normalisation {

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
struct Saved {
  Tensor<T> x;
  Tensor<std::int16_t> shorts;  // x in 16 bits: then x is empty
  Tensor<T> mean, variance, scale;
  Tensor<std::uint8_t> passes;  // where the activation lets the gradient through
  kernels::Activation activation;
  double epsilon;
  bool batch;  // the statistics are the batch's own: they depend on x
  Index rows;  // that they are of
  Communicator* shards;
};

/// Calls work with a pointer to x's numbers.
template <class T, class Work>
void with_numbers(const Tensor<T>& x, const Tensor<std::int16_t>& shorts, const Work& work) {
  if constexpr (std::is_same_v<T, float>) {
    if (!shorts.empty()) return work(shorts.data());
  }
  work(x.data());
}

/// Sums over the rows of one batch, channel by channel; dz: dy behind the activation.
template <class T>
struct Sums {
  Tensor<T> dz;      // sum of dz: dbeta
  Tensor<T> dz_x;    // sum of dz (x - mean)
  Tensor<T> dgamma;  // the latter over the deviation
};

template <class T>
Sums<T> gradient_sums(Tape<T>& tape, const Saved<T>& saved, const Tensor<T>& dy) {
  const Shape channels{dy.channels()};
  Sums<T> sums{.dz = tape.make(channels), .dz_x = tape.make(channels), .dgamma = tape.make(channels)};
  with_numbers(saved.x, saved.shorts, [&]<class X>(const X* x) {
    kernels::batch_norm_gradient_sums(kernels::BatchNormGradientSums<T, X>{.x = x,
                                                                           .dy = dy.data(),
                                                                           .mean = saved.mean.data(),
                                                                           .sum_dz = sums.dz.data(),
                                                                           .sum_dz_x = sums.dz_x.data(),
                                                                           .rows = dy.rows(),
                                                                           .channels = dy.channels(),
                                                                           .activation = saved.activation,
                                                                           .passes = saved.passes.data()});
  });
  for (Index c = 0; c < dy.channels(); ++c) {
    sums.dgamma[c] = static_cast<T>(sums.dz_x[c] * inverse_deviation(saved.variance[c], saved.epsilon));
  }
  return sums;
}

/// The two sums that dx depends on, over all shards, in double and in their order; those of this batch where it is whole.
template <class T>
Sums<T> over_shards(Tape<T>& tape, const Sums<T>& own, Communicator* communicator) {
  if (communicator == nullptr) return own;
  const Index channels = own.dz.elements(), shards = communicator->shards();
  const auto numbers = tape.template make_as<double>({2 * channels});
  const auto all = tape.template make_as<double>({shards, 2 * channels});
  for (Index c = 0; c < channels; ++c) {
    numbers[c] = static_cast<double>(own.dz[c]);
    numbers[channels + c] = static_cast<double>(own.dz_x[c]);
  }
  communicator->gather(numbers.values(), all.values());
  Sums<T> sums{.dz = tape.make({channels}), .dz_x = tape.make({channels}), .dgamma = {}};
  for (Index c = 0; c < channels; ++c) {
    double dz = 0, dz_x = 0;
    for (Index s = 0; s < shards; ++s) {
      dz += all[s * 2 * channels + c];
      dz_x += all[s * 2 * channels + channels + c];
    }
    sums.dz[c] = static_cast<T>(dz);
    sums.dz_x[c] = static_cast<T>(dz_x);
  }
  return sums;
}

/// dx = scale dz + b (x - mean) + d: calls input_gradient with what computes it.
template <class T, class InputGradient>
void send_input_gradient(Tape<T>& tape, const Saved<T>& saved, const Sums<T>& sums, const Tensor<T>& dy,
                         const InputGradient& input_gradient) {
  const Tensor<T> b = tape.make(saved.mean.shape()), d = tape.make(saved.mean.shape());
  const double share = saved.batch ? 1.0 / static_cast<double>(saved.rows) : 0.0;  // of a row in the statistics
  for (Index c = 0; c < dy.channels(); ++c) {
    const double inverse = inverse_deviation(saved.variance[c], saved.epsilon);
    b[c] = static_cast<T>(-saved.scale[c] * inverse * inverse * sums.dz_x[c] * share);
    d[c] = static_cast<T>(-saved.scale[c] * share * sums.dz[c]);
  }
  with_numbers(saved.x, saved.shorts, [&]<class X>(const X* x) {
    input_gradient(kernels::BatchNormInputGradient<T, X>{.x = x,
                                                         .dy = dy.data(),
                                                         .mean = saved.mean.data(),
                                                         .a = saved.scale.data(),
                                                         .b = b.data(),
                                                         .d = d.data(),
                                                         .dx = nullptr,
                                                         .rows = dy.rows(),
                                                         .channels = dy.channels(),
                                                         .activation = saved.activation,
                                                         .passes = saved.passes.data()},
                   dy);
  });
}

}  // namespace normalisation

template <class T>
template <class InputGradient>
Variable<T> BatchNorm<T>::normalise(Pass<T>& pass, const Variable<T>& x, Statistics known,
                                    kernels::Activation activation, const Gradient<T>& dx_sum,
                                    const InputGradient& input_gradient) {
  const FloatEnvironment standard;
  const Shape& shape = x.shape();
  const Index rows = shape.rows(), channels = options_.channels;
  require(shape.rank() >= 1 && rows >= 1 && shape[-1] == channels, name_, ": x has shape ", shape, ", expected [..., ",
          channels, "]");
  Tape<T>& tape = pass.tape;
  const Tensor<T> numbers = x.in_shorts() ? Tensor<T>() : x.numbers();
  const Statistics statistics = pass.training ? batch_statistics(pass, numbers, rows, std::move(known))
                                              : Statistics{mean_->value, variance_->value, rows};
  Variable<T> y;
  if (activation.kind == kernels::Activation::qrelu) {
    y.codes = tape.template make_as<std::uint8_t>(shape);
  } else {
    y.value = tape.make(shape);
  }
  const Tensor<T> scale = tape.make({channels}), shift = tape.make({channels});
  normalisation::fold(*gamma_, *beta_, statistics.mean, statistics.variance, options_.epsilon, scale, shift);
  const bool masked = activation.kind != kernels::Activation::none && tape.recording();
  const auto passes =
      masked ? tape.template make_as<std::uint8_t>({rows, kernels::mask_bytes(channels)}) : Tensor<std::uint8_t>();
  const auto map = [&](kernels::Activation kind, const Variable<T>& to, const Tensor<std::uint8_t>& mask) {
    normalisation::with_numbers(numbers, x.shorts, [&]<class X>(const X* from) {
      kernels::channel_affine(kernels::ChannelAffine<T, X>{.x = from,
                                                           .scale = scale.data(),
                                                           .shift = shift.data(),
                                                           .y = to.value.data(),
                                                           .rows = rows,
                                                           .channels = channels,
                                                           .activation = kind,
                                                           .passes = mask.data(),
                                                           .codes = to.codes.data()});
    });
  };
  map(activation, y, passes);
  if (pass.observer && activation.kind != kernels::Activation::none) {  // the numbers that are never written else
    const Variable<T> shown{tape.make(shape)};
    map({}, shown, {});
    report(pass, shown);
  }

  const normalisation::Saved<T> saved{.x = numbers,
                                      .shorts = x.shorts,
                                      .mean = statistics.mean,
                                      .variance = statistics.variance,
                                      .scale = scale,
                                      .passes = passes,
                                      .activation = activation,
                                      .epsilon = options_.epsilon,
                                      .batch = pass.training,
                                      .rows = statistics.rows,
                                      .shards = pass.training ? pass.shards : nullptr};
  const Gradient<T> dgamma_sum = gamma_->variable().gradient, dbeta_sum = beta_->variable().gradient;
  y = tape.record(y, {dx_sum, dgamma_sum, dbeta_sum},
                  [&tape, saved, dx_sum, dgamma_sum, dbeta_sum, input_gradient](const Tensor<T>& dy) {
                    const normalisation::Sums<T> sums = normalisation::gradient_sums(tape, saved, dy);
                    dgamma_sum.add(sums.dgamma);
                    dbeta_sum.add(sums.dz);
                    const normalisation::Sums<T> all = normalisation::over_shards(tape, sums, saved.shards);
                    if (dx_sum) normalisation::send_input_gradient(tape, saved, all, dy, input_gradient);
                  });
  if (activation.kind == kernels::Activation::none) report(pass, y);
  return y;
}

}  // namespace mog
