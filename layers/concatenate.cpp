// Two layers' maps in one tensor, pixel by pixel, and their gradient cut apart again.
#include "layers/concatenate.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog {
namespace {

/// Channels of a tensor's rows, from `first` on.
template <class T>
struct Columns {
  Tensor<T> tensor;
  Index first;
};

/// to[p, to.first + c] = from[p, from.first + c] for all rows p and `count` channels, on several threads.
template <class T>
void copy_columns(const Columns<T>& from, const Columns<T>& to, Index count) {
  constexpr Index kRange = 256;
  const Index rows = from.tensor.rows(), in = from.tensor.channels(), out = to.tensor.channels();
  const Timed timed("concatenate", {rows, count}, {.bytes = static_cast<double>(rows * count) * 2 * sizeof(T)});
  parallel_for((rows + kRange - 1) / kRange, [&](Index piece) {
    for (Index p = piece * kRange, end = std::min(rows, p + kRange); p < end; ++p) {
      std::copy_n(from.tensor.data() + p * in + from.first, count, to.tensor.data() + p * out + to.first);
    }
  });
}

}  // namespace

template <class T>
Variable<T> concatenate(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b) {
  require(a.shape().rank() >= 1 && b.shape().rank() >= 1 && b.shape() == a.shape().with_channels(b.shape()[-1]),
          "concatenate: maps of shapes ", a.shape(), " and ", b.shape(), ", expected the same but for the channels");
  const Index left = a.shape()[-1], right = b.shape()[-1];
  const Tensor<T> y = tape.make(a.shape().with_channels(left + right));
  copy_columns<T>({a.numbers(), 0}, {y, 0}, left);
  copy_columns<T>({b.numbers(), 0}, {y, left}, right);

  return tape.record(y, {a.gradient, b.gradient},
                     [&tape, left, right, da_sum = a.gradient, db_sum = b.gradient](const Tensor<T>& dy) {
                       const auto cut = [&](const Gradient<T>& sum, Index first, Index count) {
                         if (!sum) return;
                         const Tensor<T> part = tape.make(dy.shape().with_channels(count));
                         copy_columns<T>({dy, first}, {part, 0}, count);
                         sum.add(part);
                       };
                       cut(da_sum, 0, left);
                       cut(db_sum, left, right);
                     });
}

template Variable<float> concatenate(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> concatenate(Tape<double>&, const Variable<double>&, const Variable<double>&);

}  // namespace mog
