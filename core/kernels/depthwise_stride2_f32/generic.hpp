// The depthwise convolution with stride 2 in vectors of any instruction set, channels in the lanes.
#pragma once

#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

/// A row of y at a time, and of that a vector of channels: its nine weights, or sums, stay in registers while the pixels
/// pass, and the rows of x are still in the first-level cache for the next vector.
template <class Arch>
struct DepthwiseStride2Loops {
  static void forward(const DepthwiseForward<float>& args, DepthwiseRows rows) {
    const DepthwiseSizes& z = args.sizes;
    for (Index row = rows.begin; row < rows.end; ++row) {
      const float* const x = args.x + centre(z, row);
      float* const y = args.y + row * (z.width / 2) * z.channels;
      for_vectors(z.channels, [&](Index c, auto block) {
        V w[9];
        for (Index tap = 0; tap < 9; ++tap) w[tap] = block.load(args.weight + tap * z.channels + c, 0);
        for_windows(z, row, [&](Index j, auto above, auto left) {
          V sum(0.0F);
          for_taps<above(), left()>(z, x + 2 * j * z.channels + c, [&](int tap, const float* at) {
            sum = multiply_add(block.load(at, 0), w[tap], sum);
          });
          block.store(y + j * z.channels + c, 0, sum);
        });
      });
    }
  }

  static void input_gradient(const DepthwiseInputGradient<float>& args, DepthwiseRows rows) {
    const DepthwiseSizes& z = args.sizes;
    const Index C = z.channels, columns = z.width / 2;
    for (Index row = rows.begin; row < rows.end; ++row) {
      const float* const dy = args.dy + row * columns * C;
      float* const dx = args.dx + centre(z, row);
      const bool below = row % (z.height / 2) + 1 < z.height / 2;
      for_vectors(C, [&](Index c, auto block) {
        V w[9];
        for (Index tap = 0; tap < 9; ++tap) w[tap] = block.load(args.weight + tap * C + c, 0);
        const auto at = [&](Index i, Index j) {
          return j < columns && (i == 0 || below) ? block.load(dy + (i * columns + j) * C + c, 0) : V(0.0F);
        };
        const auto put = [&](Index h, Index column, V sum) {
          block.store(dx + (h * z.width + column) * C + c, 0, sum);
        };
        V here = at(0, 0), under = at(1, 0);
        for (Index j = 0; j < columns; ++j) {
          const V next = at(0, j + 1), beyond = at(1, j + 1), zero(0.0F);
          const bool right = j + 1 < columns;
          put(0, 2 * j, multiply_add(here, w[4], zero));
          put(0, 2 * j + 1, multiply_add(here, w[5], right ? multiply_add(next, w[3], zero) : zero));
          put(1, 2 * j, multiply_add(here, w[7], below ? multiply_add(under, w[1], zero) : zero));
          V sum = zero;
          if (below) sum = multiply_add(under, w[2], right ? multiply_add(beyond, w[0], zero) : zero);
          if (right) sum = multiply_add(next, w[6], sum);
          put(1, 2 * j + 1, multiply_add(here, w[8], sum));
          here = next;
          under = beyond;
        }
      });
    }
  }

  static void weight_gradient(const DepthwiseWeightGradient<float>& args, DepthwiseRows rows) {
    const DepthwiseSizes& z = args.sizes;
    for (Index row = rows.begin; row < rows.end; ++row) {
      const float* const x = args.x + centre(z, row);
      const float* const dy = args.dy + row * (z.width / 2) * z.channels;
      for_vectors(z.channels, [&](Index c, auto block) {
        V sum[9];
        for (Index tap = 0; tap < 9; ++tap) sum[tap] = block.load(args.dweight + tap * z.channels + c, 0);
        for_windows(z, row, [&](Index j, auto above, auto left) {
          const V gradient = block.load(dy + j * z.channels + c, 0);
          for_taps<above(), left()>(z, x + 2 * j * z.channels + c, [&](int tap, const float* at) {
            sum[tap] = multiply_add(block.load(at, 0), gradient, sum[tap]);
          });
        });
        for (Index tap = 0; tap < 9; ++tap) block.store(args.dweight + tap * z.channels + c, 0, sum[tap]);
      });
    }
  }

 private:
  using V = Floats<Arch>;

  /// Where in x the row begins that a row of y has in its middle.
  static Index centre(const DepthwiseSizes& z, Index row) { return 2 * row * z.width * z.channels; }

  /// Calls work(c, block) for the channels, a vector at a time, the last one perhaps a part.
  template <class Work>
  static void for_vectors(Index channels, const Work& work) {
    Index c = 0;
    for (; c + kLanes<Arch> <= channels; c += kLanes<Arch>) work(c, Whole<Arch, 1>{});
    if (c < channels) work(c, Part<Arch, 1>{channels - c});
  }

  /// Calls work(j, first row of taps, first column of taps) for the pixels of a row of y; the last two are constants, 1
  /// where row or column 0 of the taps is outside the map.
  template <class Work>
  [[gnu::always_inline]] static void for_windows(const DepthwiseSizes& z, Index row, const Work& work) {
    const auto pixels = [&](auto above) __attribute__((always_inline)) {
      work(Index{0}, above, std::integral_constant<int, 1>());
      for (Index j = 1; j < z.width / 2; ++j) work(j, above, std::integral_constant<int, 0>());
    };
    if (row % (z.height / 2) == 0) {
      pixels(std::integral_constant<int, 1>());
    } else {
      pixels(std::integral_constant<int, 0>());
    }
  }

  /// Calls work(tap, where it reads), taps from row kAbove and column kLeft on, around the pixel at x.
  template <int kAbove, int kLeft, class Work>
  [[gnu::always_inline]] static void for_taps(const DepthwiseSizes& z, const float* x, const Work& work) {
#pragma GCC unroll 3
    for (int a = kAbove; a < 3; ++a) {
#pragma GCC unroll 3
      for (int b = kLeft; b < 3; ++b) work(3 * a + b, x + ((a - 1) * z.width + b - 1) * z.channels);
    }
  }
};

template <class Arch>
constexpr DepthwiseStride2Kernel depthwise_stride2_row(Isa isa) {
  using Loops = DepthwiseStride2Loops<Arch>;
  return {isa, Loops::forward, Loops::input_gradient, Loops::weight_gradient};
}

}  // namespace mog::kernels
