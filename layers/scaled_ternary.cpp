// Threshold, scale and ternary weights of a layer, and the source that makes them.
#include "layers/scaled_ternary.hpp"

#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/float_environment.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog {
namespace {

constexpr double kThreshold = 0.7;  // of the mean: the best one for weights that are normally distributed, about

struct Kept {
  double sum = 0;
  Index count = 0;
};

/// The sum of those |w| that are not within the threshold, of pieces that are added in order.
template <class T>
Kept kept(const Tensor<T>& w, double threshold) {
  constexpr Index kPieces = 32;
  std::array<Kept, kPieces> pieces{};
  parallel_for(kPieces, [&](Index i) {
    Kept mine;
    const Range range = piece_of(w.elements(), kPieces, i);
    for (Index e = range.begin; e < range.end; ++e) {
      const double size = std::abs(static_cast<double>(w[e]));
      mine.sum += size <= threshold ? 0.0 : size;  // no jump: which weights are small is as good as random
      mine.count += size <= threshold ? 0 : 1;
    }
    pieces[static_cast<std::size_t>(i)] = mine;
  });
  Kept all;
  for (const Kept& piece : pieces) {
    all.sum += piece.sum;
    all.count += piece.count;
  }
  return all;
}

}  // namespace

template <class T>
Variable<T> scaled_ternarize(Tape<T>& tape, const Variable<T>& w) {
  const FloatEnvironment standard;
  const Tensor<T> proxy = w.value;
  const Index count = proxy.elements();
  require(count > 0, "scaled_ternarize: weights of shape ", w.shape(), ", expected at least one");
  const Timed timed("quantize_weights", {count}, {.bytes = static_cast<double>(count) * 4 * sizeof(T)});
  const double threshold = kThreshold * kept(proxy, -1.0).sum / static_cast<double>(count);
  if (!std::isfinite(threshold)) {
    throw NumericError(concat("scaled_ternarize: threshold ", threshold, ", expected a finite one"));
  }
  const Kept large = kept(proxy, threshold);
  const T scale = large.count == 0 ? T{0} : static_cast<T>(large.sum / static_cast<double>(large.count));
  const Tensor<T> q = tape.make(proxy.shape());
  constexpr Index kPieces = 32;
  parallel_for(kPieces, [&](Index i) {
    const Range range = piece_of(count, kPieces, i);
    for (Index e = range.begin; e < range.end; ++e) {
      const T signed_scale = std::copysign(scale, proxy[e]);
      q[e] = std::abs(static_cast<double>(proxy[e])) <= threshold ? T{0} : signed_scale;
    }
  });

  return tape.record(q, {w.gradient}, [dw_sum = w.gradient](const Tensor<T>& dq) { dw_sum.add(dq); });
}

template <class T>
ScaledTernaryWeights<T>::ScaledTernaryWeights(Parameters<T>& parameters, const WeightRequest& request)
    : parameters_(&parameters), weight_(parameters.add(request.name, request.shape, request.initial)) {
  weight_->decays = true;
}

template <class T>
Variable<T> ScaledTernaryWeights<T>::weights(Pass<T>& pass) {
  Variable<T> proxy = weight_->variable();
  if (!pass.quantized_weights()) return proxy;
  if (parameters_->frozen()) proxy = {weight_->value};
  return scaled_ternarize(pass.tape, proxy);
}

template Variable<float> scaled_ternarize(Tape<float>&, const Variable<float>&);
template Variable<double> scaled_ternarize(Tape<double>&, const Variable<double>&);
template class ScaledTernaryWeights<float>;
template class ScaledTernaryWeights<double>;

}  // namespace mog
