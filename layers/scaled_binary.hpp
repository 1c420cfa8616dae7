// Scaled binary weights: the sign of each weight, times one number for each filter.
#pragma once

#include "layers/weights.hpp"

namespace mog {

/// Binary quantizer with a scale for each output o (Rastegari et al., "XNOR-Net", ECCV 2016, section 3.1).
///   forward   q[r, o] = a[o] sign(w[r, o]),  a[o] = mean over r of |w[r, o]|,  sign(0) = +1; NaN stays NaN
///   backward  dw[r, o] = a[o] [|w[r, o]| <= 1] dq[r, o] + sign(w[r, o]) mean over r of sign(w[r, o]) dq[r, o]:
///             the sign's gradient straight through, an estimator, and the scale's derivative
/// Shapes    w, q [..., O], r all axes but the last.  Saves  w.
template <class T>
Variable<T> scaled_binarize(Tape<T>& tape, const Variable<T>& w);

/// The parameter NAME, scaled_binarize() of it; in full precision NAME itself. 1 bit a weight; the scales, one for each
/// output, are not among the bits. Throws std::invalid_argument unless the request is for weights [C, O] or [1, 3, 3,
/// C, O].
template <class T>
class ScaledBinaryWeights final : public WeightSource<T> {
 public:
  ScaledBinaryWeights(Parameters<T>& parameters, const WeightRequest& request);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "scaled-binary"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = weight_->value.elements(), .bits = 1}; }

 private:
  Parameter<T>* weight_;
};

template <class T>
std::shared_ptr<WeightSource<T>> scaled_binary_weights(Parameters<T>& parameters, const WeightRequest& request) {
  return std::make_shared<ScaledBinaryWeights<T>>(parameters, request);
}

}  // namespace mog
