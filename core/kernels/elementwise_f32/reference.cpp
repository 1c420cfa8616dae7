// The meaning of the elementwise operations: plain loops for float and double.
#include "core/kernels/reference.hpp"

#include <cmath>

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

namespace mog::kernels {
namespace {

template <class T>
void add(const Add<T>& args) {
  for (Index i = 0; i < args.count; ++i) args.y[i] = args.a[i] + args.b[i];
}

template <class T>
void relu_forward(const ReluForward<T>& args) {
  for (Index i = 0; i < args.count; ++i) args.y[i] = args.x[i] <= 0 ? 0 : args.x[i];
}

template <class T>
void relu_backward(const ReluBackward<T>& args) {
  for (Index i = 0; i < args.count; ++i) args.dx[i] = args.y[i] > 0 ? args.dy[i] : 0;
}

template <class T>
void qrelu_forward(const QreluForward<T>& args) {
  for (Index i = 0; i < args.count; ++i) {
    const T x = args.x[i];  // read before q, which may be x
    args.q[i] = qrelu_code(x, args.bits);
    if (args.passes == nullptr) continue;
    if (i % 8 == 0) args.passes[i / 8] = 0;
    if (passes(x, args.window)) args.passes[i / 8] = static_cast<std::uint8_t>(args.passes[i / 8] | 1 << i % 8);
  }
}

template <class T>
void qrelu_backward(const QreluBackward<T>& args) {
  const T top = static_cast<T>((1 << args.bits) - 1);
  for (Index i = 0; i < args.count; ++i) args.dx[i] = args.passes[i / 8] >> i % 8 & 1 ? top * args.dq[i] : 0;
}

template <class T>
T bitshift(T sum, int bits) {
  return bits == 1 ? (sum >= 1 ? 1 : 0) : std::floor(sum / 2);
}

template <class T>
void bitshift_forward(const BitshiftForward<T>& args) {
  for (Index i = 0; i < args.count; ++i) args.y[i] = bitshift(args.a[i] + args.b[i], args.bits);
}

template <class T>
void mux_forward(const MuxForward<T>& args) {
  for (Index n = 0; n < args.images; ++n) {
    for (Index p = 0; p < args.pixels; ++p) {
      for (Index c = 0; c < args.channels; ++c) {
        const Index i = (n * args.pixels + p) * args.channels + c;
        args.y[i] = args.s[n * args.channels + c] ? args.i1[i] : args.i0[i];
      }
    }
  }
}

template <class T>
void residual_mux_forward(const ResidualMuxForward<T>& args) {
  for (Index n = 0; n < args.images; ++n) {
    for (Index p = 0; p < args.pixels; ++p) {
      for (Index c = 0; c < args.channels; ++c) {
        const Index i = (n * args.pixels + p) * args.channels + c;
        const T i1 = args.i1[i], sum = args.x[i] + i1;
        args.y[i] = args.s[n * args.channels + c] ? i1 : args.bits == 0 ? sum : bitshift(sum, args.bits);
      }
    }
  }
}

template <class T>
void mux_backward(const MuxBackward<T>& args) {
  for (Index n = 0; n < args.images; ++n) {
    for (Index p = 0; p < args.pixels; ++p) {
      for (Index c = 0; c < args.channels; ++c) {
        const Index i = (n * args.pixels + p) * args.channels + c;
        const bool second = args.s[n * args.channels + c] != 0;
        const T dy = args.dy[i];  // read before di0 and di1, one of which may be dy
        if (args.di0 != nullptr) args.di0[i] = second ? 0 : dy;
        if (args.di1 != nullptr) args.di1[i] = second ? dy : 0;
      }
    }
  }
}

template <class T>
void mux_add_gradient(const MuxAddGradient<T>& args) {
  for (Index n = 0; n < args.images; ++n) {
    for (Index p = 0; p < args.pixels; ++p) {
      for (Index c = 0; c < args.channels; ++c) {
        const Index i = (n * args.pixels + p) * args.channels + c;
        args.dx[i] += args.s[n * args.channels + c] != 0 ? 0 : args.dy[i];
      }
    }
  }
}

template <class T>
constexpr ElementwiseKernels<T> kRow{.isa = Isa::reference,
                                     .add = add<T>,
                                     .relu_forward = relu_forward<T>,
                                     .relu_backward = relu_backward<T>,
                                     .qrelu_forward = qrelu_forward<T>,
                                     .qrelu_backward = qrelu_backward<T>,
                                     .bitshift_forward = bitshift_forward<T>,
                                     .mux_forward = mux_forward<T>,
                                     .residual_mux_forward = residual_mux_forward<T>,
                                     .mux_backward = mux_backward<T>,
                                     .mux_add_gradient = mux_add_gradient<T>};

}  // namespace

extern constinit const ElementwiseKernels<float> elementwise_reference = kRow<float>;
extern constinit const ElementwiseKernels<double> elementwise_reference_f64 = kRow<double>;

}  // namespace mog::kernels
