// Binary and balanced ternary weights: quantize, pass the gradient through, find the step size.
#include "layers/quantizers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mog {
namespace {

/// The straight-through gradient that both quantizers share: dw = dq [|w| <= 1].
template <class T>
Tensor<T> straight_through(Tape<T>& tape, const Tensor<T>& w, const Tensor<T>& dq) {
  Tensor<T> dw = tape.make(w.shape());
  for (Index i = 0; i < w.elements(); ++i) dw[i] = std::abs(w[i]) <= T{1} ? dq[i] : T{0};
  return dw;
}

}  // namespace

template <class T>
Variable<T> binarize(Tape<T>& tape, const Variable<T>& w) {
  const Tensor<T> proxy = w.value;
  const Tensor<T> q = tape.make(proxy.shape());
  for (Index i = 0; i < q.elements(); ++i) q[i] = proxy[i] >= 0 ? T{1} : proxy[i] < 0 ? T{-1} : proxy[i];

  return tape.record(q, {w.gradient}, [&tape, proxy, dw_sum = w.gradient](const Tensor<T>& dq) {
    dw_sum.add(straight_through(tape, proxy, dq), tape.arena());
  });
}

template <class T>
Variable<T> ternarize(Tape<T>& tape, const Variable<T>& w, const Tensor<T>& step) {
  require_shape(step, {1}, "ternarize", "the step size");
  const T s = step[0];
  if (!(s > 0) || !std::isfinite(s)) {
    throw NumericError(concat("ternarize: step size ", s, ", expected a positive finite one"));
  }
  // round(w / s) clipped to -1..1 has only the two thresholds +-s/2; comparing with them needs no rounded quotient.
  const T threshold = s / 2;
  const Tensor<T> proxy = w.value;
  const Tensor<T> q = tape.make(proxy.shape());
  for (Index i = 0; i < q.elements(); ++i) {
    q[i] = proxy[i] > threshold ? T{1} : proxy[i] < -threshold ? T{-1} : std::isnan(proxy[i]) ? proxy[i] : T{0};
  }

  return tape.record(q, {w.gradient}, [&tape, proxy, dw_sum = w.gradient](const Tensor<T>& dq) {
    dw_sum.add(straight_through(tape, proxy, dq), tape.arena());
  });
}

template <class T>
T balanced_step(std::span<const T> w) {
  require(!w.empty(), "balanced_step: no weights");
  if (std::any_of(w.begin(), w.end(), [](T value) { return std::isnan(value); })) {
    throw NumericError("balanced_step: a weight is not a number");
  }
  std::vector<T> sorted(w.begin(), w.end());
  const auto quantile = [&sorted](Index numerator, Index denominator) {
    const Index position = (static_cast<Index>(sorted.size()) - 1) * numerator;
    const auto low = sorted.begin() + position / denominator;
    std::nth_element(sorted.begin(), low, sorted.end());
    const Index remainder = position % denominator;
    if (remainder == 0) return static_cast<double>(*low);
    const double next = static_cast<double>(*std::min_element(low + 1, sorted.end()));
    return *low + (next - *low) * static_cast<double>(remainder) / static_cast<double>(denominator);
  };
  return static_cast<T>(std::abs(quantile(1, 3)) + std::abs(quantile(2, 3)));
}

template <class T>
Variable<T> weights_for(Pass<T>& pass, Parameter<T>& parameter) {
  Variable<T> proxy = parameter.variable();
  if (!pass.quantized_weights() || parameter.precision == Precision::full) return proxy;
  return parameter.precision == Precision::binary ? binarize(pass.tape, proxy)
                                                  : ternarize(pass.tape, proxy, parameter.step);
}

template Variable<float> binarize(Tape<float>&, const Variable<float>&);
template Variable<double> binarize(Tape<double>&, const Variable<double>&);
template Variable<float> ternarize(Tape<float>&, const Variable<float>&, const Tensor<float>&);
template Variable<double> ternarize(Tape<double>&, const Variable<double>&, const Tensor<double>&);
template float balanced_step(std::span<const float>);
template double balanced_step(std::span<const double>);
template Variable<float> weights_for(Pass<float>&, Parameter<float>&);
template Variable<double> weights_for(Pass<double>&, Parameter<double>&);

}  // namespace mog
