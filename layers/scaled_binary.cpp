// Signs with a scale for each filter, forward beside backward.
#include "layers/scaled_binary.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog {
namespace {

/// +1 or -1; NaN stays NaN.
template <class T>
T sign(T w) {
  return w >= 0 ? T{1} : w < 0 ? T{-1} : w;
}

/// Some outputs of a matrix [rows, outputs]: work(first, end), on several threads.
template <class Work>
void for_outputs(Index outputs, const Work& work) {
  constexpr Index kRange = 16;
  parallel_for((outputs + kRange - 1) / kRange,
               [&](Index piece) { work(piece * kRange, std::min(outputs, (piece + 1) * kRange)); });
}

/// to[o] = mean over r of term(r, o), the rows added in order.
template <class T, class Term>
void column_means(const Tensor<T>& to, Index rows, const Term& term) {
  for_outputs(to.elements(), [&](Index first, Index end) {
    std::fill(to.data() + first, to.data() + end, T{0});
    for (Index r = 0; r < rows; ++r) {
      for (Index o = first; o < end; ++o) to[o] += term(r, o);
    }
    for (Index o = first; o < end; ++o) to[o] /= static_cast<T>(rows);
  });
}

}  // namespace

template <class T>
Variable<T> scaled_binarize(Tape<T>& tape, const Variable<T>& w) {
  const Tensor<T> proxy = w.value;
  require(proxy.elements() > 0, "scaled_binarize: weights of shape ", w.shape(), ", expected at least one");
  const Index rows = proxy.rows(), outputs = proxy.channels();
  const Timed timed("quantize_weights", {proxy.elements()},
                    {.bytes = static_cast<double>(proxy.elements()) * 2 * sizeof(T)});
  const Tensor<T> scales = tape.make({outputs}), q = tape.make(proxy.shape());
  column_means(scales, rows, [&](Index r, Index o) { return std::abs(proxy[r * outputs + o]); });
  parallel_for(rows, [&](Index r) {
    for (Index i = r * outputs, o = 0; o < outputs; ++i, ++o) q[i] = scales[o] * sign(proxy[i]);
  });

  return tape.record(q, {w.gradient}, [&tape, proxy, scales, rows, outputs, dw_sum = w.gradient](const Tensor<T>& dq) {
    const Tensor<T> shared = tape.make({outputs}), dw = tape.make(proxy.shape());
    column_means(shared, rows, [&](Index r, Index o) { return sign(proxy[r * outputs + o]) * dq[r * outputs + o]; });
    parallel_for(rows, [&](Index r) {
      for (Index i = r * outputs, o = 0; o < outputs; ++i, ++o) {
        dw[i] = (std::abs(proxy[i]) <= T{1} ? scales[o] * dq[i] : T{0}) + sign(proxy[i]) * shared[o];
      }
    });
    dw_sum.add(dw);
  });
}

template <class T>
ScaledBinaryWeights<T>::ScaledBinaryWeights(Parameters<T>& parameters, const WeightRequest& request) {
  const Shape& shape = request.shape;
  require(shape.rank() == 2 || (shape.rank() == 5 && shape[0] == 1), request.name, ": scaled binary weights of shape ",
          shape, ", expected [C, O] or [1, 3, 3, C, O]");
  weight_ = parameters.add(request.name, shape, request.initial);
  weight_->decays = true;
}

template <class T>
Variable<T> ScaledBinaryWeights<T>::weights(Pass<T>& pass) {
  Variable<T> proxy = weight_->variable();
  return pass.quantized_weights() ? scaled_binarize(pass.tape, proxy) : proxy;
}

template Variable<float> scaled_binarize(Tape<float>&, const Variable<float>&);
template Variable<double> scaled_binarize(Tape<double>&, const Variable<double>&);
template class ScaledBinaryWeights<float>;
template class ScaledBinaryWeights<double>;

}  // namespace mog
