// The 3x3 convolution of a map of a few channels, such as an image, to many: the first layer.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// A row of taps reads 3 I neighbouring numbers at a pixel, so that the convolution is a matrix product of depth 3 rows
/// by 3 I; rows are copied only to get a border. Outputs are in panels of up to four vectors.
template <class Arch, int Registers>
struct Conv3x3FewInputs {
  static bool suits(const Conv3x3Sizes& z) { return z.groups == 1 && z.in <= 4 && z.out % kWidth == 0; }

  static Index blocks(const Conv3x3Sizes&) { return 1; }
  /// [panels, 3, 3, I, lanes of the panel].
  static Index packed_size(const Conv3x3Sizes& z) { return 9 * z.in * z.out; }
  static Index scratch_size(const Conv3x3Sizes& z) { return (kRows + 2) * row_size(z); }

  static void pack(const Conv3x3Sizes& z, Index, const float* weight, bool transposed, float* packed) {
    for_each_weight(z, transposed, [=](Index to, Index from) { packed[to] = weight[from]; });
  }
  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }
  static void unpack(const Conv3x3Sizes& z, Index, const float* packed, float* weight) {
    for_each_weight(z, false, [=](Index from, Index to) { weight[to] = packed[from]; });
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    for_each_row(part, x, [&](const float* rows, Index first_pixel) {
      for_each_panel(z, [&]<int V>(std::integral_constant<int, V>, Index panel) {
        for (Index w = 0; w < z.width; w += kPixels<V>) {
          pixels<kPixels<V>, V>(smaller(kPixels<V>, z.width - w), z, rows + w * z.in, packed + panel * 9 * z.in,
                                y + (first_pixel + w) * z.out + panel);
        }
      });
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    for_each_row(part, x, [&](const float* rows, Index first_pixel) {
      for_each_panel(z, [&]<int V>(std::integral_constant<int, V>, Index panel) {
        float* s = sums + panel * 9 * z.in;
        for (Index r = 0; r < 3; ++r) {
          for (Index d = 0; d < 3 * z.in; d += kInputs<V>) {
            const Index inputs = smaller(kInputs<V>, 3 * z.in - d);
            gradient<kInputs<V>, V>(inputs, z, rows + r * row_size(z) + d, dy + first_pixel * z.out + panel, s);
            s += inputs * V * kWidth;
          }
        }
      });
    });
  }

 private:
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  /// Rows of the map whose copies are in working memory at a time.
  static constexpr Index kRows = 16;

  /// A tile of sums takes three quarters of the registers at most: pixels, or inputs of the gradient, by vectors.
  template <int V>
  static constexpr int kPixels = Registers * 3 / 4 / V < 8 ? Registers * 3 / 4 / V : 8;
  template <int V>
  static constexpr int kInputs = Registers * 3 / 4 / V < 9 ? Registers * 3 / 4 / V : 9;

  static Index row_size(const Conv3x3Sizes& z) { return (z.width + 2) * z.in; }

  /// Calls work(V, first channel) for the panels.
  template <class Work>
  static void for_each_panel(const Conv3x3Sizes& z, const Work& work) {
    constexpr int kMost = Registers / 8;
    Index channel = 0;
    for (; channel + kMost * kWidth <= z.out; channel += kMost * kWidth) {
      work(std::integral_constant<int, kMost>(), channel);
    }
    for (; channel + 2 * kWidth <= z.out; channel += 2 * kWidth) work(std::integral_constant<int, 2>(), channel);
    if (channel < z.out) work(std::integral_constant<int, 1>(), channel);
  }

  /// Calls visit(offset in the packed order, offset in the contract's order).
  template <class Visit>
  static void for_each_weight(const Conv3x3Sizes& z, bool transposed, const Visit& visit) {
    for_each_panel(z, [&]<int V>(std::integral_constant<int, V>, Index panel) {
      Index packed = panel * 9 * z.in;
      for (Index tap = 0; tap < 9; ++tap) {
        for (Index i = 0; i < z.in; ++i) {
          for (Index q = panel; q < panel + V * kWidth; ++q, ++packed) {
            visit(packed, transposed ? ((8 - tap) * z.out + q) * z.in + i : (tap * z.in + i) * z.out + q);
          }
        }
      }
    });
  }

  /// Calls work(the copy of the row above, number of its first pixel) for each row of a part; the copies of three
  /// neighbouring rows, with a pixel of zeros at both ends, follow one another.
  template <class Work>
  static void for_each_row(const Conv3x3Part& part, const float* x, const Work& work) {
    const Conv3x3Sizes& z = part.sizes;
    for (Index n = part.image_begin; n < part.image_end; ++n) {
      for (Index begin = part.row_begin; begin < part.row_end; begin += kRows) {
        const Index end = smaller(part.row_end, begin + kRows);
        float* to = part.scratch;
        for (Index h = begin - 1; h <= end; ++h) {
          const bool inside = h >= 0 && h < z.height;
          const float* from = x + (n * z.height + h) * z.width * z.in;
          for (Index i = 0; i < z.in; ++i) *to++ = 0;
          for (Index i = 0; i < z.width * z.in; ++i) *to++ = inside ? from[i] : 0.0F;
          for (Index i = 0; i < z.in; ++i) *to++ = 0;
        }
        for (Index h = begin; h < end; ++h) {
          work(part.scratch + (h - begin) * row_size(z), (n * z.height + h) * z.width);
        }
      }
    }
  }

  /// `count` neighbouring pixels, at most P, by V vectors of outputs.
  template <int P, int V>
  static void pixels(Index count, const Conv3x3Sizes& z, const float* rows, const float* w, float* y) {
    if constexpr (P > 1) {
      if (count < P) return pixels<P - 1, V>(count, z, rows, w, y);
    }
    Vector sum[P][V];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = Vector(0.0F);
    }
    for (Index r = 0; r < 3; ++r, rows += row_size(z)) {
      for (Index d = 0; d < 3 * z.in; ++d, w += V * kWidth) {
        Vector weight[V];
        for (int v = 0; v < V; ++v) weight[v] = Vector::load_aligned(w + v * kWidth);
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) {
          const Vector input(rows[p * z.in + d]);
          for (int v = 0; v < V; ++v) sum[p][v] = multiply_add(input, weight[v], sum[p][v]);
        }
      }
    }
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v].store_unaligned(y + p * z.out + v * kWidth);
    }
  }

  /// Adds to sums [D, V vectors] what a row of pixels contributes; x: the first input at the first pixel.
  template <int D, int V>
  static void gradient(Index count, const Conv3x3Sizes& z, const float* x, const float* dy, float* sums) {
    if constexpr (D > 1) {
      if (count < D) return gradient<D - 1, V>(count, z, x, dy, sums);
    }
    Vector sum[D][V];
    for (int d = 0; d < D; ++d) {
      for (int v = 0; v < V; ++v) sum[d][v] = Vector::load_aligned(sums + (d * V + v) * kWidth);
    }
    for (Index w = 0; w < z.width; ++w, x += z.in, dy += z.out) {
      Vector out[V];
      for (int v = 0; v < V; ++v) out[v] = Vector::load_unaligned(dy + v * kWidth);
      for (int d = 0; d < D; ++d) {
        const Vector input(x[d]);
        for (int v = 0; v < V; ++v) sum[d][v] = multiply_add(input, out[v], sum[d][v]);
      }
    }
    for (int d = 0; d < D; ++d) {
      for (int v = 0; v < V; ++v) sum[d][v].store_aligned(sums + (d * V + v) * kWidth);
    }
  }
};

}  // namespace mog::kernels
