// Pointwise and 3x3 convolution, forward beside backward, and the layer that is given its weights.
#include "layers/conv.hpp"

#include "layers/conv_gradients.hpp"
#include "layers/stride.hpp"

namespace mog {

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

  return record_pointwise(tape, y, x.gradient, w, Kept<T>{w.gradient ? numbers : Tensor<T>()});
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

  return record_conv3x3(tape, y, x.gradient, w, Kept<T>{w.gradient ? numbers : Tensor<T>()}, sizes);
}

namespace {

ConvOptions checked(const std::string& name, const ConvOptions& o) {
  require(o.in >= 1 && o.out >= 1, name, ": ", o.in, " input and ", o.out, " output channels, expected at least 1");
  require(o.kernel == 1 || o.kernel == 3, name, ": kernel ", o.kernel, ", expected 1 or 3");
  require(o.groups >= 1 && o.in % o.groups == 0 && o.out % o.groups == 0, name, ": ", o.groups,
          " groups, expected a divisor of ", o.in, " and ", o.out, " channels");
  require(o.kernel == 3 || o.groups == 1, name, ": ", o.groups, " groups of a pointwise kernel, expected 1");
  require(o.stride == 1 || o.stride == 2, name, ": stride ", o.stride, ", expected 1 or 2");
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

std::string kind(const ConvOptions& o, const std::string& weights) {
  return concat(o.kernel == 1 ? "pointwise " : "3x3 ", weights, o.groups == 1 ? "" : concat(" g=", o.groups),
                o.stride == 1 ? "" : concat(" stride ", o.stride));
}

}  // namespace

template <class T>
Conv<T>::Conv(Parameters<T>& parameters, const std::string& name, const ConvOptions& options,
              const WeightMaker<T>& weights)
    : name_(name),
      options_(checked(name, options)),
      source_(
          weights(parameters,
                  {.name = name + ".weight", .shape = weight_shape(options), .initial = initial_weights(options)})) {}

template <class T>
Variable<T> Conv<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  Tape<T>& tape = pass.tape;
  const Variable<T> w = weights(pass);
  require_shape(w.value, weight_shape(options_), name_, "its source's weights");
  Variable<T> y;
  if (options_.stride == 1) {
    y = options_.kernel == 1 ? pointwise(tape, x, w) : conv3x3(tape, x, w);
  } else {
    y = options_.kernel == 1 ? pointwise(tape, every_second(tape, x), w) : conv3x3_stride2(tape, x, w);
  }
  if (pass.observer) {
    pass.report({.name = name_,
                 .kind = kind(options_, source_->kind()),
                 .holds = Holds::sums,
                 .weights = source_->storage(),
                 .macs = y.value.rows() / y.shape()[0] * w.value.elements()},
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
