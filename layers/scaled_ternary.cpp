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

/// The largest T that is not above x >= 0: |w| <= x says the same as |w| <= that.
template <class T>
T not_above(double x) {
  const T nearest = static_cast<T>(x);
  return static_cast<double>(nearest) > x ? std::nextafter(nearest, T{0}) : nearest;
}

/// The sum of those |w| that are above the threshold, by lanes and pieces that are added in order.
template <class T>
Kept kept(const Tensor<T>& w, T threshold) {
  constexpr Index kPieces = 32;
  std::array<Kept, kPieces> pieces{};
  parallel_for(kPieces, [&](Index i) {
    constexpr Index kLanes = 8;  // sums that do not wait for each other
    double sums[kLanes] = {}, counts[kLanes] = {};
    const auto add = [&](Index lane, T weight) {
      const T size = std::abs(weight);
      const T above = size <= threshold ? T{0} : size;  // no jump: which weights are small is as good as random
      sums[lane] += static_cast<double>(above);
      counts[lane] += static_cast<double>(size <= threshold ? T{0} : T{1});
    };
    const Range range = piece_of(w.elements(), kPieces, i);
    Index e = range.begin;
    for (; e + kLanes <= range.end; e += kLanes) {
      for (Index lane = 0; lane < kLanes; ++lane) add(lane, w[e + lane]);
    }
    for (Index lane = 0; e < range.end; ++e, ++lane) add(lane, w[e]);
    Kept& mine = pieces[static_cast<std::size_t>(i)];
    for (Index lane = 0; lane < kLanes; ++lane) {
      mine.sum += sums[lane];
      mine.count += static_cast<Index>(counts[lane]);
    }
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
  const double threshold = kThreshold * kept(proxy, T{-1}).sum / static_cast<double>(count);
  if (!std::isfinite(threshold)) {
    throw NumericError(concat("scaled_ternarize: threshold ", threshold, ", expected a finite one"));
  }
  const T limit = not_above<T>(threshold);
  const Kept large = kept(proxy, limit);
  const T scale = large.count == 0 ? T{0} : static_cast<T>(large.sum / static_cast<double>(large.count));
  const Tensor<T> q = tape.make(proxy.shape());
  constexpr Index kPieces = 32;
  parallel_for(kPieces, [&](Index i) {
    const Range range = piece_of(count, kPieces, i);
    for (Index e = range.begin; e < range.end; ++e) {
      const T signed_scale = std::copysign(scale, proxy[e]);
      q[e] = std::abs(proxy[e]) <= limit ? T{0} : signed_scale;
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
