// The meaning of the depthwise convolution with stride 2: plain loops, for double as well.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"

namespace mog::kernels {
namespace {

/// Calls visit(index of y, tap, index of x), each at channel 0, for all taps within the map of some rows of y: pixel by
/// pixel, in the order of taps.
template <class Visit>
void for_each_tap(const DepthwiseSizes& z, DepthwiseRows rows, const Visit& visit) {
  for (Index row = rows.begin; row < rows.end; ++row) {
    const Index image = row / (z.height / 2), i = row % (z.height / 2);
    for (Index j = 0; j < z.width / 2; ++j) {
      for (Index tap = 0; tap < 9; ++tap) {
        const Index h = 2 * i + tap / 3 - 1, w = 2 * j + tap % 3 - 1;
        if (h < 0 || w < 0) continue;  // even sizes: no tap is beyond the other two sides
        visit((row * (z.width / 2) + j) * z.channels, tap, ((image * z.height + h) * z.width + w) * z.channels);
      }
    }
  }
}

template <class T>
void forward(const DepthwiseForward<T>& a, DepthwiseRows rows) {
  const Index C = a.sizes.channels, line = a.sizes.width / 2 * C;
  std::fill(a.y + rows.begin * line, a.y + rows.end * line, T{0});
  for_each_tap(a.sizes, rows, [&](Index y, Index tap, Index x) {
    for (Index c = 0; c < C; ++c) a.y[y + c] = std::fma(a.x[x + c], a.weight[tap * C + c], a.y[y + c]);
  });
}

/// dx of two rows: looks for the taps that saw each pixel.
template <class T>
void input_gradient(const DepthwiseInputGradient<T>& args, DepthwiseRows rows) {
  const auto& [images, height, width, C] = args.sizes;
  for (Index row = 2 * rows.begin; row < 2 * rows.end; ++row) {
    for (Index w = 0; w < width; ++w) {
      T* const dx = args.dx + (row * width + w) * C;
      std::fill(dx, dx + C, T{0});
      for (Index tap = 0; tap < 9; ++tap) {
        const Index twice_i = row % height + 1 - tap / 3, twice_j = w + 1 - tap % 3;
        if (twice_i % 2 != 0 || twice_j % 2 != 0 || twice_i == height || twice_j == width) continue;
        const Index i = row / height * (height / 2) + twice_i / 2;
        const T* const dy = args.dy + (i * (width / 2) + twice_j / 2) * C;
        for (Index c = 0; c < C; ++c) dx[c] = std::fma(dy[c], args.weight[tap * C + c], dx[c]);
      }
    }
  }
}

template <class T>
void weight_gradient(const DepthwiseWeightGradient<T>& a, DepthwiseRows rows) {
  const Index C = a.sizes.channels;
  for_each_tap(a.sizes, rows, [&](Index y, Index tap, Index x) {
    for (Index c = 0; c < C; ++c) a.dweight[tap * C + c] = std::fma(a.x[x + c], a.dy[y + c], a.dweight[tap * C + c]);
  });
}

/// [channels, 3, 3] as [3, 3, channels].
std::vector<double> by_tap(const double* weight, Index channels) {
  std::vector<double> taps(static_cast<std::size_t>(9 * channels));
  for (Index i = 0; i < 9 * channels; ++i) taps[static_cast<std::size_t>(i % 9 * channels + i / 9)] = weight[i];
  return taps;
}

DepthwiseRows all_rows(const DepthwiseSizes& z) { return {0, z.images * (z.height / 2)}; }

}  // namespace

extern constinit const DepthwiseStride2Kernel depthwise_stride2_reference{
    Isa::reference, forward<float>, input_gradient<float>, weight_gradient<float>};

void depthwise_stride2_forward(const DepthwiseForward<double>& args) {
  check_sizes("depthwise_stride2_forward", args.sizes);
  const std::vector<double> taps = by_tap(args.weight, args.sizes.channels);
  forward<double>({args.x, taps.data(), args.y, args.sizes}, all_rows(args.sizes));
}

void depthwise_stride2_input_gradient(const DepthwiseInputGradient<double>& args) {
  check_sizes("depthwise_stride2_input_gradient", args.sizes);
  const std::vector<double> taps = by_tap(args.weight, args.sizes.channels);
  input_gradient<double>({args.dy, taps.data(), args.dx, args.sizes}, all_rows(args.sizes));
}

void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<double>& args) {
  check_sizes("depthwise_stride2_weight_gradient", args.sizes);
  const Index channels = args.sizes.channels;
  std::vector<double> taps(static_cast<std::size_t>(9 * channels));
  weight_gradient<double>({args.x, args.dy, taps.data(), args.sizes}, all_rows(args.sizes));
  for (Index i = 0; i < 9 * channels; ++i) args.dweight[i] = taps[static_cast<std::size_t>(i % 9 * channels + i / 9)];
}

}  // namespace mog::kernels
