// Pointwise and 3x3 convolution, forward beside backward, and the layer that owns the weights.
#include "layers/conv.hpp"

#include "core/kernels/cflog_codes/cflog_codes.hpp"
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"

namespace mog {
namespace {

/// dw = x^T dy, x being numbers or their codes in bytes.
template <class T>
Tensor<T> pointwise_weight_gradient(Tape<T>& tape, const Tensor<T>& x, const Tensor<T>& dy) {
  const Index in = x.channels(), out = dy.channels();
  Tensor<T> dw = tape.make({in, out});
  kernels::pointwise_weight_gradient(kernels::PointwiseWeightGradient<T>{
      .x = x.data(), .dy = dy.data(), .dw = dw.data(), .rows = dy.rows(), .in = in, .out = out});
  return dw;
}
Tensor<float> pointwise_weight_gradient(Tape<float>& tape, const Tensor<std::uint8_t>& x, const Tensor<float>& dy) {
  const Index in = x.channels(), out = dy.channels();
  Tensor<float> dw = tape.make({in, out});
  kernels::pointwise_weight_gradient(kernels::PointwiseCodesWeightGradient{
      .x = x.data(), .dy = dy.data(), .dw = dw.data(), .rows = dy.rows(), .in = in, .out = out});
  return dw;
}

/// Records how the gradient comes back from y = pointwise(x, w). kept_x: x or its codes, needed only where w wants a
/// gradient.
template <class T, class Kept>
Variable<T> record_pointwise(Tape<T>& tape, const Tensor<T>& y, const Gradient<T>& dx_sum, const Variable<T>& w,
                             const Tensor<Kept>& kept_x) {
  const Index in = w.shape()[0];
  const Tensor<T> kept_w = dx_sum ? w.value : Tensor<T>();
  return tape.record(y, {dx_sum, w.gradient},
                     [&tape, kept_x, kept_w, in, dx_sum, dw_sum = w.gradient](const Tensor<T>& dy) {
                       const Index p = dy.rows(), o = dy.channels();
                       if (dw_sum) dw_sum.add(pointwise_weight_gradient(tape, kept_x, dy));
                       if (dx_sum) {
                         const Tensor<T> dx = tape.make(dy.shape().with_channels(in));
                         kernels::pointwise_input_gradient(kernels::PointwiseInputGradient<T>{
                             .dy = dy.data(), .w = kept_w.data(), .dx = dx.data(), .rows = p, .in = in, .out = o});
                         dx_sum.add(dx);
                       }
                     });
}

/// Records how the gradient comes back from y = conv3x3(x, w). kept_x: x, perhaps in 16 bits, needed only where w wants
/// a gradient.
template <class T, class Kept>
Variable<T> record_conv3x3(Tape<T>& tape, const Tensor<T>& y, const Gradient<T>& dx_sum, const Variable<T>& w,
                           const Tensor<Kept>& kept_x, const kernels::Conv3x3Sizes& sizes) {
  const Shape weights = w.shape();
  const Tensor<T> kept_w = dx_sum ? w.value : Tensor<T>();
  return tape.record(y, {dx_sum, w.gradient},
                     [&tape, kept_x, kept_w, sizes, weights, dx_sum, dw_sum = w.gradient](const Tensor<T>& dy) {
                       if (dw_sum) {
                         const Tensor<T> dw = tape.make(weights);
                         kernels::conv3x3_weight_gradient(kernels::Conv3x3WeightGradient<T, Kept>{
                             .x = kept_x.data(), .dy = dy.data(), .dweight = dw.data(), .sizes = sizes});
                         dw_sum.add(dw);
                       }
                       if (dx_sum) {
                         const Tensor<T> dx = tape.make(dy.shape().with_channels(sizes.in));
                         kernels::conv3x3_input_gradient(kernels::Conv3x3InputGradient<T>{
                             .dy = dy.data(), .weight = kept_w.data(), .dx = dx.data(), .sizes = sizes});
                         dx_sum.add(dx);
                       }
                     });
}

}  // namespace

template <class T>
Variable<T> pointwise(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w) {
  require(w.shape().rank() == 2 && w.value.elements() > 0, "pointwise: weights of shape ", w.shape(),
          ", expected [C, O]");
  const Tensor<T> numbers = x.numbers();
  const Index in = w.shape()[0], out = w.shape()[1], rows = numbers.rows();
  require(rows >= 1 && numbers.channels() == in, "pointwise: x has shape ", x.shape(), ", expected [..., ", in, "]");
  const Tensor<T> y = tape.make(x.shape().with_channels(out));
  kernels::pointwise_forward(kernels::PointwiseForward<T>{
      .x = numbers.data(), .w = w.value.data(), .y = y.data(), .rows = rows, .in = in, .out = out});

  return record_pointwise(tape, y, x.gradient, w, w.gradient ? numbers : Tensor<T>());
}

template <class T>
Variable<T> conv3x3(Tape<T>& tape, const Variable<T>& x, const Variable<T>& w) {
  const Shape& weights = w.shape();
  require(weights.rank() == 5 && weights[1] == 3 && weights[2] == 3 && w.value.elements() > 0,
          "conv3x3: weights of shape ", weights, ", expected [G, 3, 3, I, Q]");
  const Index groups = weights[0], in = groups * weights[3], out = groups * weights[4];
  const Tensor<T> numbers = x.numbers();
  require(x.shape().rank() == 4 && x.shape().elements() > 0 && x.shape()[-1] == in, "conv3x3: x has shape ", x.shape(),
          ", expected [N, H, W, ", in, "]");
  const kernels::Conv3x3Sizes sizes{
      .images = x.shape()[0], .height = x.shape()[1], .width = x.shape()[2], .in = in, .out = out, .groups = groups};
  const Tensor<T> y = tape.make(x.shape().with_channels(out));
  kernels::conv3x3_forward(
      kernels::Conv3x3Forward<T>{.x = numbers.data(), .weight = w.value.data(), .y = y.data(), .sizes = sizes});

  return record_conv3x3(tape, y, x.gradient, w, w.gradient ? numbers : Tensor<T>(), sizes);
}

std::optional<FixedProduct<float>> three_factors_of_codes(Tape<float>& tape, const Variable<float>& x,
                                                          const ThreeFactors& factors) {
  if (!x.in_bytes()) return std::nullopt;
  const Variable<float>&squeeze = factors.squeeze, &group = factors.group;
  const Tensor<float>& expand = factors.expand;
  const Shape &shape = x.shape(), &first = squeeze.shape(), &second = group.shape(), &third = expand.shape();
  require(shape.rank() == 4 && shape.elements() > 0 && first.rank() == 2 && second.rank() == 5 && third.rank() == 2 &&
              shape[-1] == first[0] && second[1] == 3 && second[2] == 3 && second[3] == second[4] &&
              second[0] * second[3] == first[1] && third[0] == first[1],
          "three_factors_of_codes: x of shape ", shape, ", weights of shapes ", first, ", ", second, " and ", third,
          ", expected [N, H, W, C], [C, G I], [G, 3, 3, I, I] and [G I, O]");
  const Index latents = first[1];
  const Shape y_shape = shape.with_channels(third[1]);
  const kernels::Conv3x3Sizes sizes{
      .images = shape[0], .height = shape[1], .width = shape[2], .in = latents, .out = latents, .groups = second[0]};
  const auto latent = tape.recording() && group.gradient ? tape.make_as<std::int16_t>(shape.with_channels(latents))
                                                         : Tensor<std::int16_t>();
  const auto mean = factors.statistics ? tape.make({third[1]}) : Tensor<float>();
  const auto variance = factors.statistics ? tape.make({third[1]}) : Tensor<float>();
  const auto computes = [&](float* y, std::int16_t* shorts) {
    return kernels::cflog_codes({.x = x.codes.data(),
                                 .squeeze = squeeze.value.data(),
                                 .group = group.value.data(),
                                 .expand = expand.data(),
                                 .y = y,
                                 .shorts = shorts,
                                 .latent = latent.data(),
                                 .mean = mean.data(),
                                 .variance = variance.data(),
                                 .images = sizes.images,
                                 .height = sizes.height,
                                 .width = sizes.width,
                                 .in = shape[-1],
                                 .latents = latents,
                                 .groups = sizes.groups,
                                 .out = third[1]});
  };
  auto shorts = factors.shorts ? tape.make_as<std::int16_t>(y_shape) : Tensor<std::int16_t>();
  if (!shorts.empty() && !computes(nullptr, shorts.data())) shorts = {};
  const auto y = shorts.empty() ? tape.make(y_shape) : Tensor<float>();
  if (!y.empty() && !computes(y.data(), nullptr)) return std::nullopt;

  const auto codes = squeeze.gradient ? x.codes : Tensor<std::uint8_t>();
  const Tensor<float> never_written;
  const Variable<float> squeezed = record_pointwise(tape, never_written, x.gradient, squeeze, codes);
  const Variable<float> grouped = record_conv3x3(tape, never_written, squeezed.gradient, group, latent, sizes);
  return FixedProduct<float>{.y = record_pointwise(tape, y, grouped.gradient, {expand}, never_written),
                             .dx = grouped.gradient,
                             .w = expand,
                             .mean = mean,
                             .variance = variance,
                             .shorts = shorts};
}

namespace {

ConvOptions checked(const std::string& name, const ConvOptions& o) {
  require(o.in >= 1 && o.out >= 1, name, ": ", o.in, " input and ", o.out, " output channels, expected at least 1");
  require(o.kernel == 1 || o.kernel == 3, name, ": kernel ", o.kernel, ", expected 1 or 3");
  require(o.groups >= 1 && o.in % o.groups == 0 && o.out % o.groups == 0, name, ": ", o.groups,
          " groups, expected a divisor of ", o.in, " and ", o.out, " channels");
  require(o.kernel == 3 || o.groups == 1, name, ": ", o.groups, " groups of a pointwise kernel, expected 1");
  return o;
}

Shape weight_shape(const ConvOptions& o) {
  return o.kernel == 1 ? Shape{o.in, o.out} : Shape{o.groups, 3, 3, o.in / o.groups, o.out / o.groups};
}

/// Each output is a sum of kernel^2 in / groups products, each input goes into kernel^2 out / groups of them.
Initial initial_weights(const ConvOptions& o) {
  const Index pixels = Index{o.kernel} * o.kernel;
  return Initial::glorot(pixels * o.in / o.groups, pixels * o.out / o.groups);
}

std::string kind(const ConvOptions& o) {
  std::string text = concat(o.kernel == 1 ? "pointwise " : "3x3 ", name(o.precision));
  return o.groups == 1 ? text : concat(text, " g=", o.groups);
}

}  // namespace

template <class T>
Conv<T>::Conv(Parameters<T>& parameters, const std::string& name, const ConvOptions& options)
    : name_(name),
      options_(checked(name, options)),
      weight_(parameters.add(name + ".weight", weight_shape(options), initial_weights(options), options.precision)) {}

template <class T>
Variable<T> Conv<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  const Variable<T> w = weights(pass);
  Variable<T> y = options_.kernel == 1 ? pointwise(pass.tape, x, w) : conv3x3(pass.tape, x, w);
  if (pass.observer) {
    const Index weights = weight_->value.elements();
    pass.report({.name = name_,
                 .kind = kind(options_),
                 .precision = options_.precision,
                 .weights = weights,
                 .macs = y.value.rows() / y.shape()[0] * weights},
                y);
  }
  return y;
}

template Variable<float> pointwise(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> pointwise(Tape<double>&, const Variable<double>&, const Variable<double>&);
template Variable<float> conv3x3(Tape<float>&, const Variable<float>&, const Variable<float>&);
template Variable<double> conv3x3(Tape<double>&, const Variable<double>&, const Variable<double>&);
template class Conv<float>;
template class Conv<double>;

}  // namespace mog
