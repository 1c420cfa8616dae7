// ReLU and quantized ReLU, forward beside backward.
#include "layers/activations.hpp"

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

namespace mog {

template <class T>
Variable<T> relu(Tape<T>& tape, const Variable<T>& x) {
  const Tensor<T> y = tape.make(x.shape());
  kernels::relu_forward(kernels::ReluForward<T>{.x = x.numbers().data(), .y = y.data(), .count = y.elements()});

  return tape.record(y, {x.gradient}, [&tape, y, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make_over(dy);
    kernels::relu_backward(
        kernels::ReluBackward<T>{.y = y.data(), .dy = dy.data(), .dx = dx.data(), .count = dx.elements()});
    dx_sum.add(dx);
  });
}

kernels::PassingWindow passing_window(QreluSlope slope, int bits) {
  if (slope == QreluSlope::wide) return {.low = -1, .high = 1};
  if (bits == 1) return {.low = -0.5F, .high = 0.5F};
  return {.low = 0, .high = 1};
}

template <class T>
Variable<T> qrelu(Tape<T>& tape, const Variable<T>& x, int bits, QreluSlope slope) {
  require(bits >= 1 && bits <= 8, "qrelu: k = ", bits, " bits, expected 1 to 8");
  const Tensor<T> q = tape.make(x.shape());
  const auto passes = tape.template make_as<std::uint8_t>({(q.elements() + 7) / 8});
  kernels::qrelu_forward(kernels::QreluForward<T>{.x = x.numbers().data(),
                                                  .q = q.data(),
                                                  .passes = passes.data(),
                                                  .count = q.elements(),
                                                  .bits = bits,
                                                  .window = passing_window(slope, bits)});

  return tape.record(q, {x.gradient}, [&tape, passes, bits, dx_sum = x.gradient](const Tensor<T>& dq) {
    const Tensor<T> dx = tape.make_over(dq);
    kernels::qrelu_backward(kernels::QreluBackward<T>{
        .passes = passes.data(), .dq = dq.data(), .dx = dx.data(), .count = dx.elements(), .bits = bits});
    dx_sum.add(dx);
  });
}

template <class T>
Variable<T> activation(Pass<T>& pass, const Variable<T>& x, int bits) {
  return pass.quantized_activations() ? qrelu(pass.tape, x, bits, pass.qrelu_slope) : relu(pass.tape, x);
}

template Variable<float> relu(Tape<float>&, const Variable<float>&);
template Variable<double> relu(Tape<double>&, const Variable<double>&);
template Variable<float> qrelu(Tape<float>&, const Variable<float>&, int, QreluSlope);
template Variable<double> qrelu(Tape<double>&, const Variable<double>&, int, QreluSlope);
template Variable<float> activation(Pass<float>&, const Variable<float>&, int);
template Variable<double> activation(Pass<double>&, const Variable<double>&, int);

}  // namespace mog
