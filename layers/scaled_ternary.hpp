// Scaled ternary weights: -1, 0 or +1 by a threshold, times one number for the whole layer.
#pragma once

#include "layers/weights.hpp"

namespace mog {

/// Ternary quantizer with a threshold and a scale (Li and Liu, "Ternary weight networks", 2016, equations 3 to 6).
///   forward   q = s sign(w) [|w| > D],  D = 0.7 mean |w|,  s = mean of those |w| that are more than D
///   backward  dw = dq      an estimator, not a derivative
/// All weights 0 give q = 0.
/// Shapes    any.  Saves  nothing.  Throws  std::invalid_argument without weights, NumericError when one is not finite.
template <class T>
Variable<T> scaled_ternarize(Tape<T>& tape, const Variable<T>& w);

/// The parameter NAME, scaled_ternarize() of it; in full precision NAME itself. While the parameters are frozen() the
/// ternary weights stand still: NAME gets no gradient. 2 bits a weight; the scale is not among the bits, as what
/// follows has one.
template <class T>
class ScaledTernaryWeights final : public WeightSource<T> {
 public:
  ScaledTernaryWeights(Parameters<T>& parameters, const WeightRequest& request);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "scaled-ternary"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 2}; }

 private:
  Parameters<T>* parameters_;
  Parameter<T>* weight_;
};

template <class T>
std::shared_ptr<WeightSource<T>> scaled_ternary_weights(Parameters<T>& parameters, const WeightRequest& request) {
  return std::make_shared<ScaledTernaryWeights<T>>(parameters, request);
}

}  // namespace mog
