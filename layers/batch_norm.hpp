// Batch normalisation (Ioffe and Szegedy, ICML 2015) over all rows of an activation, channel by channel.
#pragma once

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "layers/parameters.hpp"
#include "layers/pass.hpp"

namespace mog {

struct BatchNormOptions {
  Index channels;          // at least 1
  double momentum = 0.99;  // running = momentum running + (1 - momentum) batch; the Keras default
  double epsilon = 1e-3;   // added to the variance; the Keras default
  bool before_activation = false;
};

/// Batch normalisation layer.
///   training    y = gamma (x - mean) / sqrt(variance + epsilon) + beta with the batch's own biased statistics, those
///               of all its shards where it is one (Pass::shards): so are the sums of dx, dgamma and dbeta are its own
///   evaluation  the same with the running statistics
///   both as     y = fma(x, scale, shift), scale = gamma / sqrt(variance + epsilon), shift = beta - mean scale
///   backward    xn = (x - mean) / sqrt(variance + epsilon), dbeta = sum dy, dgamma = sum dy xn,
///               dx = scale (dy - dbeta / P - xn dgamma / P) in training; dx = scale dy in evaluation
/// Shapes  x, y [..., C] of P rows.  Saves  x.  Owns parameters NAME.gamma, NAME.beta, buffers NAME.mean,
/// NAME.variance, each [C]. Throws  std::invalid_argument on another channel count, or in training on
/// fewer than 2 rows.
template <class T>
class BatchNorm {
 public:
  BatchNorm(Parameters<T>& parameters, const std::string& name, const BatchNormOptions& options);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x);
  /// To the bit activation(pass, norm(pass, x), bits), with half of its memory traffic: the normalised numbers are
  /// never written. Saves  x and one bit an element.
  Variable<T> activated(Pass<T>& pass, const Variable<T>& x, int bits);
  /// What activated() does between the forward and the backward pass, for an operation before it that is fused with it
  /// (normalise.hpp): x's statistics where somebody has summed them up, and where its gradient goes.
  ///   input_gradient(arguments, dy): computes dx by these arguments of kernels::batch_norm_input_gradient, whose dx is
  ///   null, and adds it to dx_sum or sends it further
  struct Statistics {
    Tensor<T> mean, variance;  // of x's channels, biased; empty where nobody knows them
    Index rows = 0;            // of all shards, whose statistics they are in the end
  };
  template <class InputGradient>
  Variable<T> normalise(Pass<T>& pass, const Variable<T>& x, Statistics known, kernels::Activation activation,
                        const Gradient<T>& dx_sum, const InputGradient& input_gradient);
  /// ReLU, or in the quantized run QReLU.
  [[nodiscard]] kernels::Activation activation_of(const Pass<T>& pass, int bits) const;

  /// The evaluation's affine map, computed as the evaluation computes it: for lowering to integers.
  void affine(Tensor<T>& scale, Tensor<T>& shift) const;

 private:
  Statistics batch_statistics(Pass<T>& pass, const Tensor<T>& x, Index rows, Statistics batch);
  void join_shards(Pass<T>& pass, Statistics& batch) const;
  Variable<T> normalise(Pass<T>& pass, const Variable<T>& x, kernels::Activation activation);
  void report(const Pass<T>& pass, const Variable<T>& y) const;

  std::string name_;
  BatchNormOptions options_;
  Parameter<T>*gamma_, *beta_;
  Buffer<T>*mean_, *variance_;
};

}  // namespace mog
