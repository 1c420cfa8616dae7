// Pooling: checks, the choice of an instruction set, the split over threads.
#include "core/kernels/pool_f32/pool_f32.hpp"

#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const PoolKernels<float> pool_avx512, pool_avx2, pool_neon64, pool_reference;
extern const PoolKernels<double> pool_reference_f64;

std::span<const PoolKernels<float>> pool_kernels() {
  static const PoolKernels<float> table[] = {
#ifdef MOG_HAVE_AVX512
      pool_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      pool_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      pool_neon64,
#endif
      pool_reference,
  };
  return table;
}

namespace {

const PoolKernels<float>& chosen(float) {
  static const PoolKernels<float>& row = select(pool_kernels());
  return row;
}
const PoolKernels<double>& chosen(double) { return pool_reference_f64; }

/// Ranges of items of `elements` numbers each.
template <class Work>
void split(Index items, Index elements, const Work& work) {
  parallel_ranges(items, kSmallestRange / elements, 1,
                  [&](Range range, Index) { work(range.begin, range.end - range.begin); });
}

void check_even(const char* operation, Index height, Index width) {
  require(height % 2 == 0 && width % 2 == 0, operation, ": maps of ", height, " x ", width, ", expected even sizes");
}

// A pair of rows is an image of height 2: the maps are cut there, which serves one large image as well
// as many small ones.

template <class T>
void run(const MaxPoolForward<T>& all) {
  const Timed timed("max_pool_forward", {all.images, all.height, all.width, all.channels},
                    stream_work<T>(all.images * all.height * all.width * all.channels, 1.25, 0.25));
  const auto [x, y, which, images, height, width, channels] = all;
  check_even("max_pool_forward", height, width);
  if (!check_operands("max_pool_forward",
                      {{"images", images}, {"height", height}, {"width", width}, {"channels", channels}},
                      {{"x", x}, {"y", y}})) {
    return;
  }
  const Index in = 2 * width * channels, out = width / 2 * channels;
  split(images * (height / 2), in, [&](Index pair, Index pairs) {
    chosen(T{}).max_pool_forward({.x = all.x + pair * in,
                                  .y = all.y + pair * out,
                                  .which = all.which == nullptr ? nullptr : all.which + pair * out,
                                  .images = pairs,
                                  .height = 2,
                                  .width = all.width,
                                  .channels = all.channels});
  });
}

template <class T>
void run(const MaxPoolBackward<T>& all) {
  const Timed timed("max_pool_backward", {all.images, all.height, all.width, all.channels},
                    stream_work<T>(all.images * all.height * all.width * all.channels, 1.25, 0.25));
  const auto [which, dy, dx, images, height, width, channels] = all;
  check_even("max_pool_backward", height, width);
  if (!check_operands("max_pool_backward",
                      {{"images", images}, {"height", height}, {"width", width}, {"channels", channels}},
                      {{"which", which}, {"dy", dy}, {"dx", dx}})) {
    return;
  }
  const Index in = 2 * width * channels, out = width / 2 * channels;
  split(images * (height / 2), in, [&](Index pair, Index pairs) {
    chosen(T{}).max_pool_backward({.which = all.which + pair * out,
                                   .dy = all.dy + pair * out,
                                   .dx = all.dx + pair * in,
                                   .images = pairs,
                                   .height = 2,
                                   .width = all.width,
                                   .channels = all.channels});
  });
}

template <class T>
void run(const MapMeanForward<T>& all) {
  const Timed timed("map_mean_forward", {all.images, all.pixels, all.channels},
                    stream_work<T>(all.images * all.pixels * all.channels, 1));
  require(all.pixels != 0, "map_mean_forward: no pixels, expected at least 1");
  if (!check_operands("map_mean_forward", {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                      {{"x", all.x}, {"y", all.y}})) {
    return;
  }
  const Index elements = all.pixels * all.channels;
  split(all.images, elements, [&](Index n, Index images) {
    chosen(T{}).map_mean_forward({.x = all.x + n * elements,
                                  .y = all.y + n * all.channels,
                                  .images = images,
                                  .pixels = all.pixels,
                                  .channels = all.channels});
  });
}

template <class T>
void run(const MapMeanBackward<T>& all) {
  const Timed timed("map_mean_backward", {all.images, all.pixels, all.channels},
                    stream_work<T>(all.images * all.pixels * all.channels, 1));
  if (!check_operands("map_mean_backward", {{"images", all.images}, {"pixels", all.pixels}, {"channels", all.channels}},
                      {{"dy", all.dy}, {"dx", all.dx}})) {
    return;
  }
  const Index elements = all.pixels * all.channels;
  split(all.images, elements, [&](Index n, Index images) {
    chosen(T{}).map_mean_backward({.dy = all.dy + n * all.channels,
                                   .dx = all.dx + n * elements,
                                   .images = images,
                                   .pixels = all.pixels,
                                   .channels = all.channels});
  });
}

}  // namespace

void max_pool_forward(const MaxPoolForward<float>& args) { run(args); }
void max_pool_backward(const MaxPoolBackward<float>& args) { run(args); }
void map_mean_forward(const MapMeanForward<float>& args) { run(args); }
void map_mean_backward(const MapMeanBackward<float>& args) { run(args); }
void max_pool_forward(const MaxPoolForward<double>& args) { run(args); }
void max_pool_backward(const MaxPoolBackward<double>& args) { run(args); }
void map_mean_forward(const MapMeanForward<double>& args) { run(args); }
void map_mean_backward(const MapMeanBackward<double>& args) { run(args); }

}  // namespace mog::kernels
