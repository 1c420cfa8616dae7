// Binary and balanced ternary weights: quantize, pass the gradient through, find the step size.
#include "layers/quantizers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/float_environment.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog {
namespace {

/// to[i] = of(w[i], i) for all weights, on several threads.
template <class T, class Of>
void map_weights(const Tensor<T>& w, const Tensor<T>& to, const Of& of) {
  constexpr Index kRange = 16384;
  const Timed timed("quantize_weights", {w.elements()}, {.bytes = static_cast<double>(w.elements()) * 2 * sizeof(T)});
  const Index count = w.elements(), pieces = (count + kRange - 1) / kRange;
  parallel_for(pieces, [&](Index piece) {
    const T* from = w.data();
    T* result = to.data();
    for (Index i = piece * kRange, end = std::min(count, i + kRange); i < end; ++i) result[i] = of(from[i], i);
  });
}

/// The straight-through gradient that both quantizers share: dw = dq [|w| <= 1].
template <class T>
Tensor<T> straight_through(Tape<T>& tape, const Tensor<T>& w, const Tensor<T>& dq) {
  Tensor<T> dw = tape.make(w.shape());
  map_weights(w, dw, [from = dq.data()](T value, Index i) { return std::abs(value) <= T{1} ? from[i] : T{0}; });
  return dw;
}

}  // namespace

template <class T>
Variable<T> binarize(Tape<T>& tape, const Variable<T>& w) {
  const Tensor<T> proxy = w.value;
  const Tensor<T> q = tape.make(proxy.shape());
  map_weights(proxy, q, [](T from, Index) { return from >= 0 ? T{1} : from < 0 ? T{-1} : from; });  // NaN stays NaN

  return tape.record(q, {w.gradient}, [&tape, proxy, dw_sum = w.gradient](const Tensor<T>& dq) {
    dw_sum.add(straight_through(tape, proxy, dq));
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
  map_weights(proxy, q, [threshold](T from, Index) {
    return from > threshold              ? T{1}
           : from < -threshold           ? T{-1}
           : std::abs(from) <= threshold ? T{0}
                                         : from;  // NaN stays NaN
  });

  return tape.record(q, {w.gradient}, [&tape, proxy, dw_sum = w.gradient](const Tensor<T>& dq) {
    dw_sum.add(straight_through(tape, proxy, dq));
  });
}

template <class T>
T balanced_step(std::span<const T> w) {
  const FloatEnvironment standard;
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

template Variable<float> binarize(Tape<float>&, const Variable<float>&);
template Variable<double> binarize(Tape<double>&, const Variable<double>&);
template Variable<float> ternarize(Tape<float>&, const Variable<float>&, const Tensor<float>&);
template Variable<double> ternarize(Tape<double>&, const Variable<double>&, const Tensor<double>&);
template float balanced_step(std::span<const float>);
template double balanced_step(std::span<const double>);

}  // namespace mog
