// Elementwise operations: checks, the choice of an instruction set, the split over threads.
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const ElementwiseKernels<float> elementwise_avx512, elementwise_avx2, elementwise_neon64, elementwise_reference;
extern const ElementwiseKernels<double> elementwise_reference_f64;

std::span<const ElementwiseKernels<float>> elementwise_kernels() {
  static const ElementwiseKernels<float> table[] = {
#ifdef MOG_HAVE_AVX512
      elementwise_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      elementwise_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      elementwise_neon64,
#endif
      elementwise_reference,
  };
  return table;
}

namespace {

const ElementwiseKernels<float>& chosen(float) {
  static const ElementwiseKernels<float>& row = select(elementwise_kernels());
  return row;
}
const ElementwiseKernels<double>& chosen(double) { return elementwise_reference_f64; }

/// Ranges of elements; they begin at whole bytes of the bit masks.
template <class Work>
void split(Index count, const Work& work) {
  parallel_ranges(count, kSmallestRange, 64, [&](Range range, Index) { work(range.begin, range.end - range.begin); });
}

/// Ranges of images of `elements` numbers each.
template <class Work>
void split_images(Index images, Index elements, const Work& work) {
  parallel_ranges(images, kSmallestRange / elements, 1,
                  [&](Range range, Index) { work(range.begin, range.end - range.begin); });
}

void check_bits(const char* operation, int bits) {
  require(bits >= 1 && bits <= 8, operation, ": ", bits, " bits, expected 1 to 8");
}

template <class T>
void run(const Add<T>& all) {
  const Timed timed("add", {all.count}, stream_work<T>(all.count, 3));
  if (!check_operands("add", {{"count", all.count}}, {{"a", all.a}, {"b", all.b}, {"y", all.y}})) return;
  split(all.count, [&](Index i, Index count) {
    chosen(T{}).add({.a = all.a + i, .b = all.b + i, .y = all.y + i, .count = count});
  });
}

template <class T>
void run(const ReluForward<T>& all) {
  const Timed timed("relu_forward", {all.count}, stream_work<T>(all.count, 2));
  if (!check_operands("relu_forward", {{"count", all.count}}, {{"x", all.x}, {"y", all.y}})) return;
  split(all.count,
        [&](Index i, Index count) { chosen(T{}).relu_forward({.x = all.x + i, .y = all.y + i, .count = count}); });
}

template <class T>
void run(const ReluBackward<T>& all) {
  const Timed timed("relu_backward", {all.count}, stream_work<T>(all.count, 3));
  if (!check_operands("relu_backward", {{"count", all.count}}, {{"y", all.y}, {"dy", all.dy}, {"dx", all.dx}})) return;
  split(all.count, [&](Index i, Index count) {
    chosen(T{}).relu_backward({.y = all.y + i, .dy = all.dy + i, .dx = all.dx + i, .count = count});
  });
}

template <class T>
void run(const QreluForward<T>& all) {
  const Timed timed("qrelu_forward", {all.count}, stream_work<T>(all.count, 2, 0.125));
  check_bits("qrelu_forward", all.bits);
  if (!check_operands("qrelu_forward", {{"count", all.count}}, {{"x", all.x}, {"q", all.q}})) return;
  split(all.count, [&](Index i, Index count) {
    chosen(T{}).qrelu_forward({.x = all.x + i,
                               .q = all.q + i,
                               .passes = offset(all.passes, i / 8),
                               .count = count,
                               .bits = all.bits,
                               .window = all.window});
  });
}

template <class T>
void run(const QreluBackward<T>& all) {
  const Timed timed("qrelu_backward", {all.count}, stream_work<T>(all.count, 2, 0.125));
  check_bits("qrelu_backward", all.bits);
  if (!check_operands("qrelu_backward", {{"count", all.count}},
                      {{"passes", all.passes}, {"dq", all.dq}, {"dx", all.dx}})) {
    return;
  }
  split(all.count, [&](Index i, Index count) {
    chosen(T{}).qrelu_backward(
        {.passes = all.passes + i / 8, .dq = all.dq + i, .dx = all.dx + i, .count = count, .bits = all.bits});
  });
}

template <class T>
void run(const BitshiftForward<T>& all) {
  const Timed timed("bitshift_forward", {all.count}, stream_work<T>(all.count, 3));
  check_bits("bitshift_forward", all.bits);
  if (!check_operands("bitshift_forward", {{"count", all.count}}, {{"a", all.a}, {"b", all.b}, {"y", all.y}})) return;
  split(all.count, [&](Index i, Index count) {
    chosen(T{}).bitshift_forward({.a = all.a + i, .b = all.b + i, .y = all.y + i, .count = count, .bits = all.bits});
  });
}

template <class T>
void run(const MuxForward<T>& all) {
  const Timed timed("mux_forward", {all.images, all.pixels, all.channels},
                    stream_work<T>(all.images * all.pixels * all.channels, 2));
  const bool work =
      check_operands("mux_forward", {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                     {{"i0", all.i0}, {"i1", all.i1}, {"s", all.s}, {"y", all.y}});
  if (!work) return;
  const Index elements = all.pixels * all.channels;
  split_images(all.images, elements, [&](Index n, Index images) {
    const Index i = n * elements;
    chosen(T{}).mux_forward({.i0 = all.i0 + i,
                             .i1 = all.i1 + i,
                             .s = all.s + n * all.channels,
                             .y = all.y + i,
                             .images = images,
                             .pixels = all.pixels,
                             .channels = all.channels});
  });
}

template <class T>
void run(const ResidualMuxForward<T>& all) {
  const Timed timed("residual_mux_forward", {all.images, all.pixels, all.channels},
                    stream_work<T>(all.images * all.pixels * all.channels, 3));
  require(all.bits >= 0 && all.bits <= 8, "residual_mux_forward: ", all.bits, " bits, expected 0 to 8");
  const bool work = check_operands("residual_mux_forward",
                                   {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                                   {{"x", all.x}, {"i1", all.i1}, {"s", all.s}, {"y", all.y}});
  if (!work) return;
  const Index elements = all.pixels * all.channels;
  split_images(all.images, elements, [&](Index n, Index images) {
    const Index i = n * elements;
    chosen(T{}).residual_mux_forward({.x = all.x + i,
                                      .i1 = all.i1 + i,
                                      .s = all.s + n * all.channels,
                                      .y = all.y + i,
                                      .images = images,
                                      .pixels = all.pixels,
                                      .channels = all.channels,
                                      .bits = all.bits});
  });
}

template <class T>
void run(const MuxBackward<T>& all) {
  const Timed timed(
      "mux_backward", {all.images, all.pixels, all.channels},
      stream_work<T>(all.images * all.pixels * all.channels, all.di0 == nullptr || all.di1 == nullptr ? 2 : 3));
  const bool work =
      check_operands("mux_backward", {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                     {{"dy", all.dy}, {"s", all.s}});
  if (!work) return;
  require(all.di0 != all.di1 || all.di0 == nullptr, "mux_backward: di0 and di1 are the same, expected two places");
  const Index elements = all.pixels * all.channels;
  split_images(all.images, elements, [&](Index n, Index images) {
    const Index i = n * elements;
    chosen(T{}).mux_backward({.dy = all.dy + i,
                              .s = all.s + n * all.channels,
                              .di0 = offset(all.di0, i),
                              .di1 = offset(all.di1, i),
                              .images = images,
                              .pixels = all.pixels,
                              .channels = all.channels});
  });
}

template <class T>
void run(const MuxAddGradient<T>& all) {
  const Timed timed("mux_add_gradient", {all.images, all.pixels, all.channels},
                    stream_work<T>(all.images * all.pixels * all.channels, 3));
  const bool work =
      check_operands("mux_add_gradient", {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                     {{"dy", all.dy}, {"s", all.s}, {"dx", all.dx}});
  if (!work) return;
  const Index elements = all.pixels * all.channels;
  split_images(all.images, elements, [&](Index n, Index images) {
    chosen(T{}).mux_add_gradient({.dy = all.dy + n * elements,
                                  .s = all.s + n * all.channels,
                                  .dx = all.dx + n * elements,
                                  .images = images,
                                  .pixels = all.pixels,
                                  .channels = all.channels});
  });
}

}  // namespace

void add(const Add<float>& args) { run(args); }
void relu_forward(const ReluForward<float>& args) { run(args); }
void relu_backward(const ReluBackward<float>& args) { run(args); }
void qrelu_forward(const QreluForward<float>& args) { run(args); }
void qrelu_backward(const QreluBackward<float>& args) { run(args); }
void bitshift_forward(const BitshiftForward<float>& args) { run(args); }
void mux_forward(const MuxForward<float>& args) { run(args); }
void residual_mux_forward(const ResidualMuxForward<float>& args) { run(args); }
void mux_backward(const MuxBackward<float>& args) { run(args); }
void mux_add_gradient(const MuxAddGradient<float>& args) { run(args); }
void add(const Add<double>& args) { run(args); }
void relu_forward(const ReluForward<double>& args) { run(args); }
void relu_backward(const ReluBackward<double>& args) { run(args); }
void qrelu_forward(const QreluForward<double>& args) { run(args); }
void qrelu_backward(const QreluBackward<double>& args) { run(args); }
void bitshift_forward(const BitshiftForward<double>& args) { run(args); }
void mux_forward(const MuxForward<double>& args) { run(args); }
void residual_mux_forward(const ResidualMuxForward<double>& args) { run(args); }
void mux_backward(const MuxBackward<double>& args) { run(args); }
void mux_add_gradient(const MuxAddGradient<double>& args) { run(args); }

}  // namespace mog::kernels
