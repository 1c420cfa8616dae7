// The 3x3 convolution by Winograd's F(2x2, 3x3): 16 multiplications for four outputs instead of 36.
#pragma once

#include "core/kernels/conv3x3_f32/generic_winograd_product.hpp"

namespace mog::kernels {

/// For 4x4 inputs x, a filter w and 2x2 outputs y of one channel each (Winograd 1980; Lavin and Gray 2015)
///     y = A^T [u . v] A,   u = G w G^T,   v = B^T x B,   "." element by element,
///     B^T = 1  0 -1  0    G =  1    0    0    A^T = 1  1  1  0
///           0  1  1  0        1/2  1/2  1/2         0  1 -1 -1
///           0 -1  1  0        1/2 -1/2  1/2
///           0  1  0 -1         0    0    1
/// The sum over input channels moves inside the brackets: at each of the 16 positions a matrix product [tiles, I] by
/// [I, Q]. The gradient by the weights is the same three transforms the other way: G^T [sum over tiles of v . (A dy
/// A^T)] G, at each position a product [I, tiles] by [tiles, Q].
/// A strip of tiles of one group at a time, its transforms in the cache.
/// Rounding: v is a sum of 4 numbers and u of 9, y one of 9 products' sums, and all factors are powers of two. An error
/// thus grows by a few roundings of numbers some times larger than the direct sum's, but not with the depth. Whole
/// numbers stay exact while 324 I max|x| max|w| < 2^24: all terms are multiples of 1/4, at most 81 I max|x| max|w|.
template <class Arch, int Registers>
struct Conv3x3Winograd {
  /// Whether vectors of channels are full, and a tile is not mostly beyond the map.
  static bool suits(const Conv3x3Sizes& z) {
    return z.in / z.groups % kWidth == 0 && z.out / z.groups % kWidth == 0 && z.height >= 2 && z.width >= 2;
  }

  static Index blocks(const Conv3x3Sizes& z) { return z.groups; }
  static Index scratch_size(const Conv3x3Sizes& z) { return (z.in + z.out) / z.groups / kWidth * Map::kPlane; }
  /// [groups, 16 positions, panels, I, lanes of the panel].
  static Index packed_size(const Conv3x3Sizes& z) { return kPositions * z.in * (z.out / z.groups); }

  static void pack(const Conv3x3Sizes& z, Index group, const float* weight, bool transposed, float* packed) {
    for_each_weight(z, group, packed, [&](Index i, Index q, float* u, Index position) {
      const Index I = z.in / z.groups, Q = z.out / z.groups;
      const float* w = weight + group * 9 * I * Q + (transposed ? q * I + i : i * Q + q);
      float rows[4][3];
      for (Index s = 0; s < 3; ++s) {
        float tap[3];
        for (Index r = 0; r < 3; ++r) tap[r] = w[(transposed ? 8 - (r * 3 + s) : r * 3 + s) * I * Q];
        filter(tap[0], tap[1], tap[2], [&](Index a, float value) { rows[a][s] = value; });
      }
      for (Index a = 0; a < 4; ++a) {
        filter(rows[a][0], rows[a][1], rows[a][2], [&](Index b, float value) { u[(4 * a + b) * position] = value; });
      }
    });
  }

  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }
  static void unpack(const Conv3x3Sizes& z, Index group, const float* packed, float* weight) {
    for_each_weight(z, group, packed, [&](Index i, Index q, const float* sums, Index position) {
      const Index I = z.in / z.groups, Q = z.out / z.groups;
      float* dw = weight + group * 9 * I * Q + i * Q + q;
      float rows[3][4];
      for (Index b = 0; b < 4; ++b) {
        const float* s = sums + b * position;
        filter_gradient(s[0], s[4 * position], s[8 * position], s[12 * position],
                        [&](Index r, float value) { rows[r][b] = value; });
      }
      for (Index r = 0; r < 3; ++r) {
        filter_gradient(rows[r][0], rows[r][1], rows[r][2], rows[r][3],
                        [&](Index s, float value) { dw[(r * 3 + s) * I * Q] = value; });
      }
    });
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    const Index I = z.in / z.groups, Q = z.out / z.groups;
    float* v = part.scratch;
    float* m = v + I / kWidth * Map::kPlane;
    const float* u = packed + part.block * kPositions * I * Q;
    for_each_strip(part, [&](Index begin, Index end) {
      for_each_run(part, begin, end, [&](const WinogradRun& run) {
        for (Index i = 0; i < I / kWidth; ++i) {
          Map::transform_input(run, z, x + part.block * I + i * kWidth, v + i * Map::kPlane);
        }
      });
      Product::multiply({I, Q, end - begin}, v, u, m);
      for_each_run(part, begin, end, [&](const WinogradRun& run) {
        for (Index q = 0; q < Q / kWidth; ++q) {
          Map::transform_output(run, z, m + q * Map::kPlane, y + part.block * Q + q * kWidth);
        }
      });
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    const Index I = z.in / z.groups, Q = z.out / z.groups;
    float* v = part.scratch;
    float* d = v + I / kWidth * Map::kPlane;
    float* s = sums + part.block * kPositions * I * Q;
    for_each_strip(part, [&](Index begin, Index end) {
      for_each_run(part, begin, end, [&](const WinogradRun& run) {
        for (Index i = 0; i < I / kWidth; ++i) {
          Map::transform_input(run, z, x + part.block * I + i * kWidth, v + i * Map::kPlane);
        }
        for (Index q = 0; q < Q / kWidth; ++q) {
          Map::transform_gradient(run, z, dy + part.block * Q + q * kWidth, d + q * Map::kPlane);
        }
      });
      Product::add_outer({I, Q, end - begin}, v, d, s);
    });
  }

 private:
  using Map = WinogradMap<Arch>;
  using Product = WinogradProduct<Arch, Registers>;
  static constexpr Index kWidth = Map::kWidth, kPositions = Map::kPositions;

  /// Calls visit(first tile, end) for the strips of a part; the tiles are numbered image by image, row by row.
  template <class Visit>
  static void for_each_strip(const Conv3x3Part& part, const Visit& visit) {
    const Index tiles =
        (part.image_end - part.image_begin) * ((part.row_end - part.row_begin + 1) / 2) * ((part.sizes.width + 1) / 2);
    for (Index begin = 0; begin < tiles; begin += Map::kMostTiles) {
      visit(begin, smaller(tiles, begin + Map::kMostTiles));
    }
  }

  /// Calls visit(run) for the rows of tiles of a strip.
  template <class Visit>
  static void for_each_run(const Conv3x3Part& part, Index begin, Index end, const Visit& visit) {
    const Index across = (part.sizes.width + 1) / 2, down = (part.row_end - part.row_begin + 1) / 2;
    for (Index tile = begin; tile < end;) {
      const Index row = tile / across, column = tile % across;
      const Index count = smaller(end - tile, across - column);
      visit(WinogradRun{.image = part.image_begin + row / down,
                        .row = part.row_begin + row % down * 2,
                        .column = column * 2,
                        .count = count,
                        .first = tile - begin});
      tile += count;
    }
  }

  /// G times a column of taps.
  template <class Put>
  static void filter(float w0, float w1, float w2, const Put& put) {
    put(0, w0);
    put(1, (w0 + w2 + w1) * 0.5F);
    put(2, (w0 + w2 - w1) * 0.5F);
    put(3, w2);
  }
  /// G^T times a column of sums, the sign of the last one turned.
  template <class Put>
  static void filter_gradient(float s0, float s1, float s2, float s3, const Put& put) {
    put(0, s0 + (s1 + s2) * 0.5F);
    put(1, (s1 - s2) * 0.5F);
    put(2, (s1 + s2) * 0.5F - s3);
  }

  /// Calls visit(i, q, where position 0 of that weight is packed, floats between positions).
  template <class T, class Visit>
  static void for_each_weight(const Conv3x3Sizes& z, Index group, T* packed, const Visit& visit) {
    const Index I = z.in / z.groups, Q = z.out / z.groups;
    packed += group * kPositions * I * Q;
    for (Index first = 0, width = 0; first < Q; first += width) {
      width = Product::panel_vectors((Q - first) / kWidth) * kWidth;
      for (Index i = 0; i < I; ++i) {
        for (Index q = 0; q < width; ++q) visit(i, first + q, packed + first * I + i * width + q, I * Q);
      }
    }
  }
};

}  // namespace mog::kernels
