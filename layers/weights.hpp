// Weight sources: what a layer computes with, made from parameters in each pass.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/automaton.hpp"
#include "layers/parameters.hpp"
#include "layers/pass.hpp"

namespace mog {

/// The weights of one layer. A source owns the parameters that they are made from: a plain convolution has one, a
/// generated one has none, stacked filters or a tensor train have several.
template <class T>
class WeightSource {
 public:
  WeightSource() = default;
  WeightSource(const WeightSource&) = delete;
  WeightSource& operator=(const WeightSource&) = delete;
  virtual ~WeightSource() = default;

  /// The weights of this pass, of the shape that was requested; their gradient goes on to the parameters.
  virtual Variable<T> weights(Pass<T>& pass) = 0;
  /// "binary", "ternary": one word, for summaries and messages.
  [[nodiscard]] virtual std::string kind() const = 0;
  /// What the shipped network holds of them.
  [[nodiscard]] virtual WeightStorage storage() const = 0;
};

/// What a layer wants of a source: names begin with `name`, the weights have this shape and begin like this.
struct WeightRequest {
  std::string name;
  Shape shape;
  Initial initial;
};

/// What a layer is given: makes its source, whose parameters go into the network's.
template <class T>
using WeightMaker = std::function<std::shared_ptr<WeightSource<T>>(Parameters<T>&, const WeightRequest&)>;

/// The parameter NAME as it is, in every stage: 32 bits a weight.
template <class T>
class PlainWeights final : public WeightSource<T> {
 public:
  PlainWeights(Parameters<T>& parameters, const WeightRequest& request);
  Variable<T> weights(Pass<T>&) override { return weight_->variable(); }
  [[nodiscard]] std::string kind() const override { return "full"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 32}; }

 private:
  Parameter<T>* weight_;
};

/// {-1, +1}: the sign of the parameter NAME, see binarize; in full precision NAME itself. 1 bit a weight.
template <class T>
class BinaryWeights final : public WeightSource<T> {
 public:
  BinaryWeights(Parameters<T>& parameters, const WeightRequest& request);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "binary"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 1}; }

 private:
  Parameter<T>* weight_;
};

/// {-1, 0, +1}: balanced ternary quantization of the parameter NAME, see ternarize; in full precision NAME itself. The
/// buffer NAME.step holds the step size (paper Eq. 6) of the weights at the beginning of the epoch (Algorithm 1, lines
/// 2 to 5). 2 bits a weight. Throws NumericError, at the beginning of an epoch or in a pass, when the step size is not
/// positive: a third of the weights or more are 0, or a weight is NaN.
template <class T>
class TernaryWeights final : public WeightSource<T> {
 public:
  TernaryWeights(Parameters<T>& parameters, const WeightRequest& request);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "ternary"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 2}; }

 private:
  Parameter<T>* weight_;
  Buffer<T>* step_;  // [1]
};

/// {-1, +1} from a cellular automaton: those of a pointwise convolution C -> O are the states 0 ... C - 1 of O cells,
/// alive for +1. No parameter, nothing stored.
template <class T>
class GeneratedWeights final : public WeightSource<T> {
 public:
  GeneratedWeights(const Automaton& automaton, const WeightRequest& request);
  Variable<T> weights(Pass<T>&) override { return {weights_}; }
  [[nodiscard]] std::string kind() const override { return "generated"; }
  [[nodiscard]] WeightStorage storage() const override { return {.generated = weights_.elements(), .bits = 1}; }

 private:
  Tensor<T> weights_;
};

template <class T>
std::shared_ptr<WeightSource<T>> plain_weights(Parameters<T>& parameters, const WeightRequest& request) {
  return std::make_shared<PlainWeights<T>>(parameters, request);
}
template <class T>
std::shared_ptr<WeightSource<T>> binary_weights(Parameters<T>& parameters, const WeightRequest& request) {
  return std::make_shared<BinaryWeights<T>>(parameters, request);
}
template <class T>
std::shared_ptr<WeightSource<T>> ternary_weights(Parameters<T>& parameters, const WeightRequest& request) {
  return std::make_shared<TernaryWeights<T>>(parameters, request);
}

}  // namespace mog
