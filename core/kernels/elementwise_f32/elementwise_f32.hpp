// Operations on one element at a time: sums, ReLU, quantized ReLU, bit shift of codes,
// multiplexer; forward and backward.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/kernels/passing_window.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// y[i] = a[i] + b[i]; y may be a or b.
template <class T>
struct Add {
  const T* a;
  const T* b;
  T* y;
  Index count;
};

/// y[i] = x[i] <= 0 ? 0 : x[i]; y may be x. NaN stays NaN, -0 becomes 0.
template <class T>
struct ReluForward {
  const T* x;
  T* y;
  Index count;
};

/// dx[i] = y[i] > 0 ? dy[i] : 0, y being the forward result; dx may be dy.
template <class T>
struct ReluBackward {
  const T* y;
  const T* dy;
  T* dx;
  Index count;
};

/// Paper Eq. 1 on codes. k > 1: q[i] = round(min(max(x[i], 0), 1) (2^k - 1)), ties to even; k = 1: q[i] = x[i] > 0. NaN
/// becomes code 0, and does not pass; q may be x. 1 <= bits <= 8.
/// passes: bit i (byte i/8, bit i%8 from the least significant) is window.low <= x[i] <= window.high, where the
/// surrogate gradient is not zero; the unused bits of the last byte are 0. passes [ceil(count / 8)] may be null when no
/// gradient is wanted.
template <class T>
struct QreluForward {
  const T* x;
  T* q;
  std::uint8_t* passes;
  Index count;
  int bits;
  PassingWindow window{};
};

/// dx[i] = passes bit i ? (2^bits - 1) dq[i] : 0; dx may be dq.
template <class T>
struct QreluBackward {
  const std::uint8_t* passes;
  const T* dq;
  T* dx;
  Index count;
  int bits;
};

/// Paper Eq. 2 on the sum of two codes. bits > 1: y[i] = floor((a[i] + b[i]) / 2); bits = 1: y[i] = a[i] + b[i] >= 1
/// (OR). y may be a or b.
template <class T>
struct BitshiftForward {
  const T* a;
  const T* b;
  T* y;
  Index count;
  int bits;
};

/// Paper Eq. 3: y[n, p, c] = s[n, c] ? i1[n, p, c] : i0[n, p, c]; s holds 0 and 1, one byte each.
/// Shapes: i0, i1, y [images, pixels, channels]; s [images, channels]. y may be i0 or i1.
template <class T>
struct MuxForward {
  const T* i0;
  const T* i1;
  const std::uint8_t* s;
  T* y;
  Index images, pixels, channels;
};

/// The end of a residual block in one pass: y[n, p, c] = s[n, c] ? i1[n, p, c] : i0, where i0 is BitshiftForward's
/// result on (x[n, p, c], i1[n, p, c]), or with bits = 0 their sum. Shapes as in MuxForward. y may be x or i1.
template <class T>
struct ResidualMuxForward {
  const T* x;
  const T* i1;
  const std::uint8_t* s;
  T* y;
  Index images, pixels, channels;
  int bits;
};

/// di0 = s ? 0 : dy, di1 = s ? dy : 0; either may be null when its gradient is not wanted, either may be
/// dy but not both.
template <class T>
struct MuxBackward {
  const T* dy;
  const std::uint8_t* s;
  T* di0;
  T* di1;
  Index images, pixels, channels;
};

/// dx[n, p, c] += s[n, c] ? 0 : dy[n, p, c]: MuxBackward's di0, added to what is there. Shapes as in MuxForward.
template <class T>
struct MuxAddGradient {
  const T* dy;
  const std::uint8_t* s;
  T* dx;
  Index images, pixels, channels;
};

void add(const Add<float>& args);
void relu_forward(const ReluForward<float>& args);
void relu_backward(const ReluBackward<float>& args);
void qrelu_forward(const QreluForward<float>& args);
void qrelu_backward(const QreluBackward<float>& args);
void bitshift_forward(const BitshiftForward<float>& args);
void mux_forward(const MuxForward<float>& args);
void residual_mux_forward(const ResidualMuxForward<float>& args);
void mux_backward(const MuxBackward<float>& args);
void mux_add_gradient(const MuxAddGradient<float>& args);
void add(const Add<double>& args);
void relu_forward(const ReluForward<double>& args);
void relu_backward(const ReluBackward<double>& args);
void qrelu_forward(const QreluForward<double>& args);
void qrelu_backward(const QreluBackward<double>& args);
void bitshift_forward(const BitshiftForward<double>& args);
void mux_forward(const MuxForward<double>& args);
void residual_mux_forward(const ResidualMuxForward<double>& args);
void mux_backward(const MuxBackward<double>& args);
void mux_add_gradient(const MuxAddGradient<double>& args);

/// One instruction set's bodies. Each does the whole of its Args on the calling thread and checks nothing.
template <class T>
struct ElementwiseKernels {
  Isa isa;
  void (*add)(const Add<T>&);
  void (*relu_forward)(const ReluForward<T>&);
  void (*relu_backward)(const ReluBackward<T>&);
  void (*qrelu_forward)(const QreluForward<T>&);
  void (*qrelu_backward)(const QreluBackward<T>&);
  void (*bitshift_forward)(const BitshiftForward<T>&);
  void (*mux_forward)(const MuxForward<T>&);
  void (*residual_mux_forward)(const ResidualMuxForward<T>&);
  void (*mux_backward)(const MuxBackward<T>&);
  void (*mux_add_gradient)(const MuxAddGradient<T>&);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const ElementwiseKernels<float>> elementwise_kernels();

}  // namespace mog::kernels
