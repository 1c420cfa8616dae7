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
/// A strip of tiles of one block at a time, its transforms in the cache. A block is a group, or some outputs of a wide
/// one: each transforms the group's inputs again, which is little beside the products with so many outputs.
/// Rounding: v is a sum of 4 numbers and u of 9, y one of 9 products' sums, and all factors are powers of two. An error
/// thus grows by a few roundings of numbers some times larger than the direct sum's, but not with the depth. Whole
/// numbers stay exact while 324 I max|x| max|w| < 2^24: all terms are multiples of 1/4, at most 81 I max|x| max|w|.
template <class Arch, int Registers>
struct Conv3x3Winograd {
  /// Whether vectors of channels are full, and a tile is not mostly beyond the map.
  static bool suits(const Conv3x3Sizes& z) {
    return z.in / z.groups % kWidth == 0 && z.out / z.groups % kWidth == 0 && z.height >= 2 && z.width >= 2;
  }

  static Index blocks(const Conv3x3Sizes& z) { return z.groups * in_group(z); }
  static Index scratch_size(const Conv3x3Sizes& z) {
    const Index I = z.in / z.groups, Q = smaller(kBlockOutputs, z.out / z.groups);
    return most_strips(I, Q) * Product::strip_size(I + Q);
  }
  /// [blocks, 16 positions, panels, I, lanes of the panel].
  static Index packed_size(const Conv3x3Sizes& z) { return kPositions * z.in * (z.out / z.groups); }

  static void pack(const Conv3x3Sizes& z, Index block, const float* weight, bool transposed, float* packed) {
    const Block b(z, block);
    const Index taps = z.in / z.groups * (z.out / z.groups);
    Vector w[kWidth][9];  // of so many inputs
    for_each_vector(b, packed, [&](Index i, Index q, float* u, Index position) {
      if (i % kWidth == 0) load_taps({z, i, b.first + q, transposed}, weight + b.group * 9 * taps, w);
      const Vector(&tap)[9] = w[i % kWidth];
      Vector rows[4][3];
      for (int s = 0; s < 3; ++s) {
        filter(tap[s], tap[3 + s], tap[6 + s], [&](int a, Vector value) { rows[a][s] = value; });
      }
      for (int a = 0; a < 4; ++a) {
        filter(rows[a][0], rows[a][1], rows[a][2],
               [&](int c, Vector value) { value.store_aligned(u + (4 * a + c) * position); });
      }
    });
  }

  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }
  static void unpack(const Conv3x3Sizes& z, Index block, const float* packed, float* weight) {
    const Block b(z, block);
    const Index Q = z.out / z.groups, taps = z.in / z.groups * Q;
    for_each_vector(b, packed, [&](Index i, Index q, const float* sums, Index position) {
      float* dw = weight + b.group * 9 * taps + i * Q + b.first + q;
      Vector rows[3][4];
      for (int c = 0; c < 4; ++c) {
        const auto sum = [&](int a) { return Vector::load_aligned(sums + (4 * a + c) * position); };
        filter_gradient(sum(0), sum(1), sum(2), sum(3), [&](int r, Vector value) { rows[r][c] = value; });
      }
      for (int r = 0; r < 3; ++r) {
        filter_gradient(rows[r][0], rows[r][1], rows[r][2], rows[r][3],
                        [&](int s, Vector value) { value.store_unaligned(dw + (r * 3 + s) * taps); });
      }
    });
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    const Block b(z, part.block);
    const Index I = b.I, Q = b.Q;
    float* v = part.scratch;
    float* m = v + most_strips(I, Q) * Product::strip_size(I);
    const float* u = packed + b.packed;
    x += b.group * I;
    y += b.group * (z.out / z.groups) + b.first;
    for_each_strips(part, b, [&](const WinogradSizes& strips, Index first) {
      for_each_run(part, strips, first, [&](const WinogradRun& run, Index strip) {
        for (Index i = 0; i < I / kWidth; ++i) {
          Map::transform_input(run, z, x + i * kWidth, v + strip * Product::strip_size(I) + i * Map::kPlane);
        }
      });
      Product::multiply(strips, v, u, m);
      for_each_run(part, strips, first, [&](const WinogradRun& run, Index strip) {
        for (Index q = 0; q < Q / kWidth; ++q) {
          Map::transform_output(run, z, m + strip * Product::strip_size(Q) + q * Map::kPlane, y + q * kWidth);
        }
      });
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    const Block b(z, part.block);
    const Index I = b.I, Q = b.Q;
    float* v = part.scratch;
    float* d = v + most_strips(I, Q) * Product::strip_size(I);
    float* s = sums + b.packed;
    x += b.group * I;
    dy += b.group * (z.out / z.groups) + b.first;
    for_each_strips(part, b, [&](const WinogradSizes& strips, Index first) {
      for_each_run(part, strips, first, [&](const WinogradRun& run, Index strip) {
        for (Index i = 0; i < I / kWidth; ++i) {
          Map::transform_input(run, z, x + i * kWidth, v + strip * Product::strip_size(I) + i * Map::kPlane);
        }
        for (Index q = 0; q < Q / kWidth; ++q) {
          Map::transform_gradient(run, z, dy + q * kWidth, d + strip * Product::strip_size(Q) + q * Map::kPlane);
        }
      });
      Product::add_outer(strips, v, d, s);
    });
  }

 private:
  using Map = WinogradMap<Arch>;
  using Product = WinogradProduct<Arch, Registers>;
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = Map::kWidth, kPositions = Map::kPositions;
  /// Outputs of a block, at most: a whole number of panels of every instruction set.
  static constexpr Index kBlockOutputs = 128;

  /// Blocks of a group.
  static Index in_group(const Conv3x3Sizes& z) { return (z.out / z.groups + kBlockOutputs - 1) / kBlockOutputs; }

  /// Outputs [first, first + Q) of a group, I inputs, and where their weights are packed.
  struct Block {
    Index group, first, I, Q, packed;

    Block(const Conv3x3Sizes& z, Index block) : group(block / in_group(z)), I(z.in / z.groups) {
      first = block % in_group(z) * kBlockOutputs;
      Q = smaller(kBlockOutputs, z.out / z.groups - first);
      packed = kPositions * I * (group * (z.out / z.groups) + first);
    }
  };

  /// Strips that are transformed before the products: several where the weights of a block are too many for the
  /// second-level cache, so that they are read once for all of these.
  static Index most_strips(Index I, Index Q) {
    constexpr Index kCachedWeights = Index{1} << 18;
    return kPositions * I * Q > kCachedWeights ? WinogradSizes::kMostStrips : 1;
  }

  /// Calls visit(sizes, first tile) for a few strips of a part at a time, which are all about as long; the tiles are
  /// numbered image by image, row by row.
  template <class Visit>
  static void for_each_strips(const Conv3x3Part& part, const Block& b, const Visit& visit) {
    const Index tiles =
        (part.image_end - part.image_begin) * ((part.row_end - part.row_begin + 1) / 2) * ((part.sizes.width + 1) / 2);
    const Index strips = (tiles + Map::kMostTiles - 1) / Map::kMostTiles, most = most_strips(b.I, b.Q);
    for (Index strip = 0; strip < strips; strip += most) {
      WinogradSizes sizes{b.I, b.Q, smaller(most, strips - strip), {}};
      for (Index i = 0; i < sizes.strips; ++i) {
        sizes.tiles[i] = tiles * (strip + i + 1) / strips - tiles * (strip + i) / strips;
      }
      visit(sizes, tiles * strip / strips);
    }
  }

  /// Calls visit(run, strip) for the rows of tiles of some strips, which begin with tile `begin`.
  template <class Visit>
  static void for_each_run(const Conv3x3Part& part, const WinogradSizes& strips, Index begin, const Visit& visit) {
    const Index across = (part.sizes.width + 1) / 2, down = (part.row_end - part.row_begin + 1) / 2;
    for (Index strip = 0; strip < strips.strips; begin += strips.tiles[strip], ++strip) {
      const Index end = begin + strips.tiles[strip];
      for (Index tile = begin; tile < end;) {
        const Index row = tile / across, column = tile % across;
        const Index count = smaller(end - tile, across - column);
        visit(WinogradRun{.image = part.image_begin + row / down,
                          .row = part.row_begin + row % down * 2,
                          .column = column * 2,
                          .count = count,
                          .first = tile - begin},
              strip);
        tile += count;
      }
    }
  }

  /// G times a column of taps.
  template <class Put>
  [[gnu::always_inline]] static void filter(Vector w0, Vector w1, Vector w2, const Put& put) {
    put(0, w0);
    put(1, (w0 + w2 + w1) * Vector(0.5F));
    put(2, (w0 + w2 - w1) * Vector(0.5F));
    put(3, w2);
  }
  /// G^T times a column of sums, the sign of the last one turned.
  template <class Put>
  [[gnu::always_inline]] static void filter_gradient(Vector s0, Vector s1, Vector s2, Vector s3, const Put& put) {
    put(0, s0 + (s1 + s2) * Vector(0.5F));
    put(1, (s1 - s2) * Vector(0.5F));
    put(2, (s1 + s2) * Vector(0.5F) - s3);
  }

  /// A vector of inputs and one of outputs of a group; how a convolution's weights are given.
  struct Taps {
    const Conv3x3Sizes& z;
    Index i, q;
    bool transposed;
  };
  /// The taps of kWidth inputs from `i` on, each for a vector of outputs from q on; `weight` is the group's first.
  static void load_taps(const Taps& t, const float* weight, Vector (&to)[kWidth][9]) {
    const Index I = t.z.in / t.z.groups, Q = t.z.out / t.z.groups;
    for (Index tap = 0; tap < 9; ++tap) {
      if (!t.transposed) {
        const float* from = weight + (tap * I + t.i) * Q + t.q;
        for (Index i = 0; i < kWidth; ++i) to[i][tap] = Vector::load_unaligned(from + i * Q);
        continue;
      }
      alignas(64) float turned[kWidth][kWidth];
      const float* from = weight + ((8 - tap) * Q + t.q) * I + t.i;
      for (Index lane = 0; lane < kWidth; ++lane) {
        for (Index i = 0; i < kWidth; ++i) turned[i][lane] = from[lane * I + i];
      }
      for (Index i = 0; i < kWidth; ++i) to[i][tap] = Vector::load_aligned(turned[i]);
    }
  }

  /// Calls visit(i, q, where position 0 of these weights is packed, floats between positions) for all inputs of each
  /// vector of a block's outputs, q counting from the block's first.
  template <class T, class Visit>
  static void for_each_vector(const Block& b, T* packed, const Visit& visit) {
    packed += b.packed;
    for (Index first = 0, width = 0; first < b.Q; first += width) {
      width = Product::panel_vectors((b.Q - first) / kWidth) * kWidth;
      for (Index q = 0; q < width; q += kWidth) {
        for (Index i = 0; i < b.I; ++i) visit(i, first + q, packed + first * b.I + i * width + q, b.I * b.Q);
      }
    }
  }
};

}  // namespace mog::kernels
