// Zero maps around a pixel's channels, and the shortcut that is made of them.
#include "layers/padded_shortcut.hpp"

#include <algorithm>

#include "layers/stride.hpp"

namespace mog {

template <class T>
Variable<T> pad_channels(Tape<T>& tape, const Variable<T>& x, Index before, Index behind) {
  require(before >= 0 && behind >= 0, "pad_channels: ", before, " maps before and ", behind,
          " behind, expected 0 or more");
  const Tensor<T> from = x.numbers();
  const Index in = from.channels(), out = before + in + behind;
  const Tensor<T> y = tape.make(x.shape().with_channels(out));
  for (Index p = 0; p < from.rows(); ++p) {
    T* row = y.data() + p * out;
    std::fill_n(row, before, T{0});
    std::copy_n(from.data() + p * in, in, row + before);
    std::fill_n(row + before + in, behind, T{0});
  }

  return tape.record(y, {x.gradient}, [&tape, in, out, before, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(dy.shape().with_channels(in));
    for (Index p = 0; p < dy.rows(); ++p) std::copy_n(dy.data() + p * out + before, in, dx.data() + p * in);
    dx_sum.add(dx);
  });
}

template <class T>
Variable<T> padded_shortcut(Tape<T>& tape, const Variable<T>& x) {
  const Variable<T> half = every_second(tape, x);
  const Index channels = half.shape()[-1];
  return pad_channels(tape, half, channels / 2, channels - channels / 2);
}

template Variable<float> pad_channels(Tape<float>&, const Variable<float>&, Index, Index);
template Variable<double> pad_channels(Tape<double>&, const Variable<double>&, Index, Index);
template Variable<float> padded_shortcut(Tape<float>&, const Variable<float>&);
template Variable<double> padded_shortcut(Tape<double>&, const Variable<double>&);

}  // namespace mog
