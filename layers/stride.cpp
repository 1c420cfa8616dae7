// Gathers the pixels that a strided convolution reads and brings their gradients back, one row of output pixels a piece
// of work.
#include "layers/stride.hpp"

#include <algorithm>

#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "layers/conv.hpp"
#include "layers/reshape.hpp"

namespace mog {
namespace {

/// The sizes that all loops here share. out: of the strided map.
struct Halved {
  Index images, height, width, channels;

  [[nodiscard]] Index out_height() const { return height / 2; }
  [[nodiscard]] Index out_width() const { return width / 2; }
  [[nodiscard]] Shape whole() const { return {images, height, width, channels}; }
  [[nodiscard]] Shape shape(Index factor) const { return {images, out_height(), out_width(), factor * channels}; }
};

Halved halved(const char* what, const Shape& shape) {
  require(shape.rank() == 4 && shape.elements() > 0 && shape[1] % 2 == 0 && shape[2] % 2 == 0, what, ": x has shape ",
          shape, ", expected [N, H, W, C] with even H and W");
  return {.images = shape[0], .height = shape[1], .width = shape[2], .channels = shape[3]};
}

template <class T>
Timed timed(const char* what, const Halved& sizes, Index factor) {
  const auto moved = static_cast<double>(sizes.whole().elements() + sizes.shape(factor).elements());
  return Timed(what, {sizes.images, sizes.height, sizes.width, sizes.channels}, {.bytes = moved * sizeof(T)});
}

/// work(n, i) for all rows of all strided maps.
template <class Work>
void for_rows(const Halved& sizes, Index rows, const Work& work) {
  parallel_for(sizes.images * rows, [&](Index piece) { work(piece / rows, piece % rows); });
}

/// dx row y of image n from the gradients of all patches that saw it.
template <class T>
void gather_row(const Halved& sizes, const T* dy, T* dx, Index n, Index y) {
  const Index c = sizes.channels, patch = 9 * c;
  T* row = dx + (n * sizes.height + y) * sizes.width * c;
  std::fill_n(row, sizes.width * c, T{0});
  for (Index a = 0; a < 3; ++a) {
    const Index centre = y + 1 - a;  // 2 i, where tap row a sees row y
    if (centre < 0 || centre % 2 != 0 || centre / 2 >= sizes.out_height()) continue;
    const T* patches = dy + (n * sizes.out_height() + centre / 2) * sizes.out_width() * patch;
    for (Index b = 0; b < 3; ++b) {
      for (Index j = b == 0 ? 1 : 0; j < sizes.out_width(); ++j) {
        T* to = row + (2 * j + b - 1) * c;
        const T* from = patches + j * patch + (3 * a + b) * c;
        for (Index k = 0; k < c; ++k) to[k] += from[k];
      }
    }
  }
}

/// The patches of output row i of image n.
template <class T>
void copy_row(const Halved& sizes, const T* x, T* y, Index n, Index i) {
  const Index c = sizes.channels, patch = 9 * c;
  T* patches = y + (n * sizes.out_height() + i) * sizes.out_width() * patch;
  for (Index a = 0; a < 3; ++a) {
    const Index from_row = 2 * i + a - 1;
    for (Index j = 0; j < sizes.out_width(); ++j) {
      T* to = patches + j * patch + 3 * a * c;
      if (from_row < 0) {
        std::fill_n(to, 3 * c, T{0});
        continue;
      }
      const T* row = x + (n * sizes.height + from_row) * sizes.width * c;
      if (j == 0) {
        std::fill_n(to, c, T{0});
        std::copy_n(row, 2 * c, to + c);
      } else {
        std::copy_n(row + (2 * j - 1) * c, 3 * c, to);
      }
    }
  }
}

/// Row 2 i of x without its odd pixels.
template <class T>
void thin_row(const Halved& sizes, const T* x, T* y, Index n, Index i) {
  const Index c = sizes.channels;
  const T* from = x + (n * sizes.height + 2 * i) * sizes.width * c;
  T* to = y + (n * sizes.out_height() + i) * sizes.out_width() * c;
  for (Index j = 0; j < sizes.out_width(); ++j) std::copy_n(from + 2 * j * c, c, to + j * c);
}

/// Rows 2 i and 2 i + 1 of dx.
template <class T>
void spread_row(const Halved& sizes, const T* dy, T* dx, Index n, Index i) {
  const Index c = sizes.channels;
  T* to = dx + (n * sizes.height + 2 * i) * sizes.width * c;
  const T* from = dy + (n * sizes.out_height() + i) * sizes.out_width() * c;
  std::fill_n(to, 2 * sizes.width * c, T{0});
  for (Index j = 0; j < sizes.out_width(); ++j) std::copy_n(from + j * c, c, to + 2 * j * c);
}

}  // namespace

template <class T>
Variable<T> every_second(Tape<T>& tape, const Variable<T>& x) {
  const Halved sizes = halved("every_second", x.shape());
  const Tensor<T> from = x.numbers(), y = tape.make(sizes.shape(1));
  {
    const Timed time = timed<T>("every_second", sizes, 1);
    for_rows(sizes, sizes.out_height(), [&](Index n, Index i) { thin_row(sizes, from.data(), y.data(), n, i); });
  }

  return tape.record(y, {x.gradient}, [&tape, sizes, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(sizes.whole());
    const Timed time = timed<T>("every_second_gradient", sizes, 1);
    for_rows(sizes, sizes.out_height(), [&](Index n, Index i) { spread_row(sizes, dy.data(), dx.data(), n, i); });
    dx_sum.add(dx);
  });
}

template <class T>
Variable<T> patches_stride2(Tape<T>& tape, const Variable<T>& x) {
  const Halved sizes = halved("patches_stride2", x.shape());
  const Tensor<T> from = x.numbers(), y = tape.make(sizes.shape(9));
  {
    const Timed time = timed<T>("patches_stride2", sizes, 9);
    for_rows(sizes, sizes.out_height(), [&](Index n, Index i) { copy_row(sizes, from.data(), y.data(), n, i); });
  }

  return tape.record(y, {x.gradient}, [&tape, sizes, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(sizes.whole());
    const Timed time = timed<T>("patches_stride2_gradient", sizes, 9);
    for_rows(sizes, sizes.height, [&](Index n, Index row) { gather_row(sizes, dy.data(), dx.data(), n, row); });
    dx_sum.add(dx);
  });
}

template <class T>
Variable<T> depthwise_stride2(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w) {
  const auto [images, height, width, channels] = halved("depthwise_stride2", x.shape());
  const Shape weights{channels, 3, 3, 1, 1};
  require_shape(w.value, weights, "depthwise_stride2", "weights");
  const kernels::DepthwiseSizes sizes{.images = images, .height = height, .width = width, .channels = channels};
  const Tensor<T> from = x.numbers(), y = tape.make({images, height / 2, width / 2, channels});
  kernels::depthwise_stride2_forward(
      kernels::DepthwiseForward<T>{.x = from.data(), .weight = w.value.data(), .y = y.data(), .sizes = sizes});

  const Tensor<T> kept_x = w.gradient ? from : Tensor<T>(), kept_w = x.gradient ? w.value : Tensor<T>();
  return tape.record(
      y, {x.gradient, w.gradient},
      [&tape, sizes, weights, kept_x, kept_w, dx_sum = x.gradient, dw_sum = w.gradient](const Tensor<T>& dy) {
        if (dw_sum) {
          const Tensor<T> dw = tape.make(weights);
          kernels::depthwise_stride2_weight_gradient(kernels::DepthwiseWeightGradient<T>{
              .x = kept_x.data(), .dy = dy.data(), .dweight = dw.data(), .sizes = sizes});
          dw_sum.add(dw);
        }
        if (dx_sum) {
          const Tensor<T> dx = tape.make({sizes.images, sizes.height, sizes.width, sizes.channels});
          kernels::depthwise_stride2_input_gradient(kernels::DepthwiseInputGradient<T>{
              .dy = dy.data(), .weight = kept_w.data(), .dx = dx.data(), .sizes = sizes});
          dx_sum.add(dx);
        }
      });
}

template <class T>
Variable<T> conv3x3_stride2(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w) {
  const Shape& shape = w.shape();
  require(shape.rank() == 5, "conv3x3_stride2: weights of shape ", shape, ", expected [G, 3, 3, I, Q]");
  if (shape[0] > 1 && shape[3] == 1 && shape[4] == 1) return depthwise_stride2(tape, x, w);
  if (shape[0] != 1) return every_second(tape, conv3x3(tape, x, w));
  return pointwise(tape, patches_stride2(tape, x), reshaped(tape, w, {9 * shape[3], shape[4]}));
}

template Variable<float> every_second(Tape<float>&, const Variable<float>&);
template Variable<double> every_second(Tape<double>&, const Variable<double>&);
template Variable<float> patches_stride2(Tape<float>&, const Variable<float>&);
template Variable<double> patches_stride2(Tape<double>&, const Variable<double>&);
template Variable<float> depthwise_stride2(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> depthwise_stride2(Tape<double>&, const Variable<double>&, const Variable<double>&);
template Variable<float> conv3x3_stride2(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> conv3x3_stride2(Tape<double>&, const Variable<double>&, const Variable<double>&);

}  // namespace mog
