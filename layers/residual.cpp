// Sum, bit shift, thresholded average pooling and multiplexer, forward beside backward.
#include "layers/residual.hpp"

#include <algorithm>

#include "core/kernels/codes_u8/codes_u8.hpp"
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"
#include "core/kernels/pool_f32/pool_f32.hpp"
#include "core/parallel.hpp"

namespace mog {

template <class T>
Variable<T> add(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b) {
  require_shape(b, a.shape(), "add", "b");
  const Tensor<T> y = tape.make(a.shape());
  kernels::add(kernels::Add<T>{.a = a.numbers().data(), .b = b.numbers().data(), .y = y.data(), .count = y.elements()});

  return tape.record(y, {a.gradient, b.gradient}, [da_sum = a.gradient, db_sum = b.gradient](const Tensor<T>& dy) {
    da_sum.add(dy);
    db_sum.add(dy);
  });
}

template <class T>
Variable<T> scaled(Tape<T>& tape, const Variable<T>& x, double factor) {
  const auto times = [&tape, factor = static_cast<T>(factor)](const Tensor<T>& from) {
    constexpr Index kRange = 16384;
    Tensor<T> to = tape.make(from.shape());
    const Index count = from.elements();
    parallel_for((count + kRange - 1) / kRange, [&](Index piece) {
      for (Index i = piece * kRange, end = std::min(count, i + kRange); i < end; ++i) to[i] = factor * from[i];
    });
    return to;
  };
  return tape.record(times(x.numbers()), {x.gradient},
                     [times, dx_sum = x.gradient](const Tensor<T>& dy) { dx_sum.add(times(dy)); });
}

template <class T>
Variable<T> bitshift(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b, int bits) {
  require(bits >= 1 && bits <= 8, "bitshift: k = ", bits, " bits, expected 1 to 8");
  require_shape(b, a.shape(), "bitshift", "b");
  const Tensor<T> y = tape.make(a.shape());
  kernels::bitshift_forward(kernels::BitshiftForward<T>{
      .a = a.numbers().data(), .b = b.numbers().data(), .y = y.data(), .count = y.elements(), .bits = bits});

  return tape.record(y, {a.gradient, b.gradient}, [da_sum = a.gradient, db_sum = b.gradient](const Tensor<T>& dy) {
    da_sum.add(dy);
    db_sum.add(dy);
  });
}

template <class T>
Tensor<std::uint8_t> tgap(Pass<T>& pass, const Variable<T>& x, int bits) {
  require(bits >= 1 && bits <= 8, "tgap: k = ", bits, " bits, expected 1 to 8");
  require(x.shape().rank() == 4 && x.shape().elements() > 0, "tgap: x has shape ", x.shape(),
          ", expected [N, H, W, C]");
  const Index images = x.shape()[0], pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
  auto s = pass.tape.template make_as<std::uint8_t>({images, channels});
  if (pass.quantized_activations() && x.in_bytes()) {
    const auto sums = pass.tape.template make_as<std::int32_t>(s.shape());
    kernels::codes_map_sums(
        {.x = x.codes.data(), .y = sums.data(), .pixels = pixels, .channels = channels, .x_pixel = channels}, images);
    const Index half = ((Index{1} << bits) - 1) * pixels;  // doubled, as the sums
    for (Index i = 0; i < s.elements(); ++i) s[i] = 2 * Index{sums[i]} > half ? 1 : 0;
    return s;
  }
  const Tensor<T> means = pass.tape.make(s.shape());
  kernels::map_mean_forward(kernels::MapMeanForward<T>{
      .x = x.numbers().data(), .y = means.data(), .images = images, .pixels = pixels, .channels = channels});
  for (Index n = 0; n < images; ++n) {
    const T* mean = means.data() + n * channels;
    // For codes, sum / pixels > m / 2 holds exactly when 2 sum > m pixels does: while m pixels < 2^24, a quotient that
    // is not m / 2 differs from it by more than the division's rounding.
    const T m =
        pass.quantized_activations() ? static_cast<T>((1 << bits) - 1) : *std::max_element(mean, mean + channels);
    for (Index c = 0; c < channels; ++c) s[n * channels + c] = mean[c] > m / 2 ? 1 : 0;
  }
  return s;
}

template <class T>
Variable<T> mux(Tape<T>& tape, const Variable<T>& i0, const Variable<T>& i1, const Tensor<std::uint8_t>& s) {
  require(i0.shape().rank() == 4, "mux: i0 has shape ", i0.shape(), ", expected [N, H, W, C]");
  require_shape(i1, i0.shape(), "mux", "i1");
  const Index images = i0.shape()[0], pixels = i0.shape()[1] * i0.shape()[2], channels = i0.shape()[3];
  require_shape(s, {images, channels}, "mux", "s");
  const Tensor<T> y = tape.make(i0.shape());
  kernels::mux_forward(kernels::MuxForward<T>{.i0 = i0.numbers().data(),
                                              .i1 = i1.numbers().data(),
                                              .s = s.data(),
                                              .y = y.data(),
                                              .images = images,
                                              .pixels = pixels,
                                              .channels = channels});

  return tape.record(
      y, {i0.gradient, i1.gradient},
      [&tape, s, images, pixels, channels, di0_sum = i0.gradient, di1_sum = i1.gradient](const Tensor<T>& dy) {
        const Tensor<T> di0 = di0_sum ? tape.make(dy.shape()) : Tensor<T>();
        const Tensor<T> di1 = di1_sum ? tape.make(dy.shape()) : Tensor<T>();
        kernels::mux_backward(kernels::MuxBackward<T>{.dy = dy.data(),
                                                      .s = s.data(),
                                                      .di0 = di0.data(),
                                                      .di1 = di1.data(),
                                                      .images = images,
                                                      .pixels = pixels,
                                                      .channels = channels});
        di0_sum.add(di0);
        di1_sum.add(di1);
      });
}

template <class T>
Shortcut<T> shortcut(Tape<T>& tape, const Variable<T>& x, const Tensor<std::uint8_t>& s) {
  require(x.shape().rank() == 4, "shortcut: x has shape ", x.shape(), ", expected [N, H, W, C]");
  const Index images = x.shape()[0], pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
  require_shape(s, {images, channels}, "shortcut", "s");

  const auto y =
      tape.record(x, {x.gradient}, [&tape, s, images, pixels, channels, dx_sum = x.gradient](const Tensor<T>& dy) {
        if (const Tensor<T> dx = dx_sum.so_far(); !dx.empty()) {
          kernels::mux_add_gradient(kernels::MuxAddGradient<T>{.dy = dy.data(),
                                                               .s = s.data(),
                                                               .dx = dx.data(),
                                                               .images = images,
                                                               .pixels = pixels,
                                                               .channels = channels});
          return;
        }
        const Tensor<T> dx = tape.make_over(dy);
        kernels::mux_backward(kernels::MuxBackward<T>{.dy = dy.data(),
                                                      .s = s.data(),
                                                      .di0 = dx.data(),
                                                      .di1 = nullptr,
                                                      .images = images,
                                                      .pixels = pixels,
                                                      .channels = channels});
        dx_sum.add(dx);
      });
  return {y, s};
}

template <class T>
Variable<T> mux_residual(Pass<T>& pass, const Shortcut<T>& shortcut, const Variable<T>& i1, int bits) {
  const auto& [x, s] = shortcut;
  require(bits >= 1 && bits <= 8, "mux_residual: k = ", bits, " bits, expected 1 to 8");
  require(x.shape().rank() == 4, "mux_residual: x has shape ", x.shape(), ", expected [N, H, W, C]");
  require_shape(i1, x.shape(), "mux_residual", "i1");
  const Index images = x.shape()[0], pixels = x.shape()[1] * x.shape()[2], channels = x.shape()[3];
  require_shape(s, {images, channels}, "mux_residual", "s");
  Tape<T>& tape = pass.tape;
  Variable<T> y;
  if (pass.quantized_activations() && x.in_bytes() && i1.in_bytes()) {
    y.codes = tape.template make_as<std::uint8_t>(x.shape());
    kernels::codes_mux_residual({.x = x.codes.data(),
                                 .i1 = i1.codes.data(),
                                 .select = s.data(),
                                 .y = y.codes.data(),
                                 .rows = x.shape()[1],
                                 .width = x.shape()[2],
                                 .channels = channels,
                                 .one_bit = bits == 1,
                                 .pool = false},
                                images);
  } else {
    y.value = tape.make(x.shape());
    kernels::residual_mux_forward(kernels::ResidualMuxForward<T>{.x = x.numbers().data(),
                                                                 .i1 = i1.numbers().data(),
                                                                 .s = s.data(),
                                                                 .y = y.value.data(),
                                                                 .images = images,
                                                                 .pixels = pixels,
                                                                 .channels = channels,
                                                                 .bits = pass.quantized_activations() ? bits : 0});
  }

  return tape.record(y, {x.gradient, i1.gradient}, [dx_sum = x.gradient, di1_sum = i1.gradient](const Tensor<T>& dy) {
    dx_sum.add(dy);
    di1_sum.add(dy);
  });
}

template Variable<float> add(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> add(Tape<double>&, const Variable<double>&, const Variable<double>&);
template Variable<float> scaled(Tape<float>&, const Variable<float>&, double);
template Variable<double> scaled(Tape<double>&, const Variable<double>&, double);
template Variable<float> bitshift(Tape<float>&, const Variable<float>&, const Variable<float>&, int);
template Variable<double> bitshift(Tape<double>&, const Variable<double>&, const Variable<double>&, int);
template Tensor<std::uint8_t> tgap(Pass<float>&, const Variable<float>&, int);
template Tensor<std::uint8_t> tgap(Pass<double>&, const Variable<double>&, int);
template Shortcut<float> shortcut(Tape<float>&, const Variable<float>&, const Tensor<std::uint8_t>&);
template Shortcut<double> shortcut(Tape<double>&, const Variable<double>&, const Tensor<std::uint8_t>&);
template Variable<float> mux_residual(Pass<float>&, const Shortcut<float>&, const Variable<float>&, int);
template Variable<double> mux_residual(Pass<double>&, const Shortcut<double>&, const Variable<double>&, int);
template Variable<float> mux(Tape<float>&, const Variable<float>&, const Variable<float>&, const Tensor<std::uint8_t>&);
template Variable<double> mux(Tape<double>&, const Variable<double>&, const Variable<double>&,
                              const Tensor<std::uint8_t>&);

}  // namespace mog
