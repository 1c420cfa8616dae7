// Threshold, scale and ternary weights of a layer, and the source that makes them.
#include "layers/scaled_ternary.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

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

/// Of a piece, for a threshold that is not negative, in sums that do not wait for each other. Numbers of one sign compare
/// as their bits do; a mask of these in place of a choice keeps compilers from jumping, weight by weight, over what is as
/// good as random.
template <class T>
Kept kept_of(const T* w, Index count, T threshold) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  constexpr Index kLanes = 16;
  double sums[kLanes] = {};
  Bits counts[kLanes] = {};
  const Bits limit = std::bit_cast<Bits>(threshold);
  const auto add = [&](const T* weights) {
    T above[kLanes];
    for (Index lane = 0; lane < kLanes; ++lane) {
      const Bits size = std::bit_cast<Bits>(std::abs(weights[lane])), is_above = -Bits{size > limit};
      above[lane] = std::bit_cast<T>(size & is_above);
      counts[lane] -= is_above;
    }
    for (Index lane = 0; lane < kLanes; ++lane) sums[lane] += static_cast<double>(above[lane]);
  };
  Index first = 0;
  for (; first + kLanes <= count; first += kLanes) add(w + first);
  T last[kLanes] = {};
  std::copy(w + first, w + count, last);
  add(last);
  Kept kept;
  for (Index lane = 0; lane < kLanes; ++lane) {
    kept.sum += sums[lane];
    kept.count += static_cast<Index>(counts[lane]);
  }
  return kept;
}

/// The sum of those |w| that are above the threshold, of pieces that are added in order.
template <class T>
Kept kept(const Tensor<T>& w, T threshold) {
  constexpr Index kPieces = 32;
  std::array<Kept, kPieces> pieces{};
  parallel_for(kPieces, [&](Index i) {
    const Range range = piece_of(w.elements(), kPieces, i);
    pieces[static_cast<std::size_t>(i)] = kept_of(w.data() + range.begin, range.end - range.begin, threshold);
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
  const double threshold = kThreshold * kept(proxy, T{0}).sum / static_cast<double>(count);
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
    const T* const from = proxy.data();
    T* const to = q.data();
    for (Index e = range.begin; e < range.end; ++e) {
      const T signed_scale = std::copysign(scale, from[e]);
      to[e] = std::abs(from[e]) <= limit ? T{0} : signed_scale;
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
