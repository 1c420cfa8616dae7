// The depthwise convolution with stride 2: checks, the choice of an instruction set, the split over threads.
#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/kernels/scratch.hpp"
#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const DepthwiseStride2Kernel depthwise_stride2_avx512, depthwise_stride2_avx2, depthwise_stride2_neon64,
    depthwise_stride2_reference;

std::span<const DepthwiseStride2Kernel> depthwise_stride2_kernels() {
  static const DepthwiseStride2Kernel table[] = {
#ifdef MOG_HAVE_AVX512
      depthwise_stride2_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      depthwise_stride2_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      depthwise_stride2_neon64,
#endif
      depthwise_stride2_reference,
  };
  return table;
}

namespace {

/// All rows of y in fixed ranges, worth a thread each: work(rows, number of the range).
template <class Work>
void for_ranges(const DepthwiseSizes& z, const Work& work) {
  parallel_ranges(z.images * (z.height / 2), kSmallestRange / (2 * z.width * z.channels), 1, [&](Range rows, Index i) {
    work(DepthwiseRows{rows.begin, rows.end}, i);
  });
}
Index ranges(const DepthwiseSizes& z) {
  return ranges_of(z.images * (z.height / 2), std::max(kSmallestRange / (2 * z.width * z.channels), Index{1}));
}

/// [channels, 3, 3] as [3, 3, channels], in working memory.
const float* by_tap(const float* weight, Index channels) {
  float* const taps = scratch(Scratch::call, 9 * channels);
  for (Index c = 0; c < channels; ++c) {
    for (Index tap = 0; tap < 9; ++tap) taps[tap * channels + c] = weight[9 * c + tap];
  }
  return taps;
}

/// The same for all three: a map, a quarter of one, and the weights.
Work cost(const DepthwiseSizes& z) {
  const Index rows = z.images * (z.height / 2), columns = z.width / 2;
  const auto outputs = static_cast<double>(rows * columns * z.channels);
  return {.flops = 18 * outputs, .bytes = sizeof(float) * (5 * outputs + 9 * static_cast<double>(z.channels))};
}

}  // namespace

void check_sizes(const char* operation, const DepthwiseSizes& sizes) {
  const auto& [images, height, width, channels] = sizes;
  require(images >= 1 && channels >= 1, operation, ": images ", images, ", channels ", channels,
          ", expected at least 1 of each");
  require(height >= 2 && width >= 2 && height % 2 == 0 && width % 2 == 0, operation, ": maps of ", height, " x ", width,
          ", expected even sizes from 2 on");
}

void depthwise_stride2_forward(const DepthwiseForward<float>& args, const DepthwiseStride2Kernel& kernel) {
  check_sizes("depthwise_stride2_forward", args.sizes);
  const DepthwiseForward<float> all{args.x, by_tap(args.weight, args.sizes.channels), args.y, args.sizes};
  for_ranges(args.sizes, [&](DepthwiseRows rows, Index) { kernel.forward(all, rows); });
}

void depthwise_stride2_input_gradient(const DepthwiseInputGradient<float>& args, const DepthwiseStride2Kernel& kernel) {
  check_sizes("depthwise_stride2_input_gradient", args.sizes);
  const DepthwiseInputGradient<float> all{args.dy, by_tap(args.weight, args.sizes.channels), args.dx, args.sizes};
  for_ranges(args.sizes, [&](DepthwiseRows rows, Index) { kernel.input_gradient(all, rows); });
}

void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<float>& args,
                                       const DepthwiseStride2Kernel& kernel) {
  const DepthwiseSizes& z = args.sizes;
  check_sizes("depthwise_stride2_weight_gradient", z);
  const Index size = 9 * z.channels, parts = ranges(z);
  float* const sums = scratch(Scratch::call, parts * size);
  for_ranges(z, [&](DepthwiseRows rows, Index part) {
    std::fill_n(sums + part * size, size, 0.0F);
    kernel.weight_gradient({args.x, args.dy, sums + part * size, z}, rows);
  });
  for (Index part = 1; part < parts; ++part) {
    for (Index i = 0; i < size; ++i) sums[i] += sums[part * size + i];
  }
  for (Index i = 0; i < size; ++i) args.dweight[i] = sums[i % 9 * z.channels + i / 9];
}

void depthwise_stride2_forward(const DepthwiseForward<float>& args) {
  const auto [images, height, width, channels] = args.sizes;
  const Timed timed("depthwise_stride2_forward", {images, height, width, channels}, cost(args.sizes));
  depthwise_stride2_forward(args, select(depthwise_stride2_kernels()));
}
void depthwise_stride2_input_gradient(const DepthwiseInputGradient<float>& args) {
  const auto [images, height, width, channels] = args.sizes;
  const Timed timed("depthwise_stride2_input_gradient", {images, height, width, channels}, cost(args.sizes));
  depthwise_stride2_input_gradient(args, select(depthwise_stride2_kernels()));
}
void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<float>& args) {
  const auto [images, height, width, channels] = args.sizes;
  const Timed timed("depthwise_stride2_weight_gradient", {images, height, width, channels}, cost(args.sizes));
  depthwise_stride2_weight_gradient(args, select(depthwise_stride2_kernels()));
}

}  // namespace mog::kernels
