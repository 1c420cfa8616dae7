// The pointwise product written once for every instruction set: a tile of the result stays in registers
// while the sum runs.
#pragma once

#include "core/kernels/pointwise_f32/generic_weight_gradient.hpp"

namespace mog::kernels {

/// Forward and input gradient are one product c = a b: outer products of a column of `a` (broadcast, element by
/// element) and a row of `b` (vectors, packed) are added to a tile of c that is R rows by V vectors.
/// Everything here is a template on Arch for the one-definition rule: of an ordinary inline function the
/// linker would keep one copy, compiled for any of the instruction sets. Therefore it also calls no function
/// of the standard library.
template <class Arch, int Registers>
struct PointwiseLoops {
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;

  static constexpr PointwiseKernel kernel(Isa isa) {
    using WeightGradient = PointwiseWeightGradientLoops<Arch, Registers>;
    return {isa,
            {packed_size, pack, multiply},
            {WeightGradient::template run<float>, WeightGradient::template run<std::uint8_t>}};
  }
  /// The loops of this class, and those for weights that are signs.
  template <class Signs>
  static constexpr PointwiseKernel kernel_with(Isa isa) {
    PointwiseKernel row = kernel(isa);
    row.signs_pay = Signs::pays;
    row.sign_product = {Signs::packed_size, Signs::pack, Signs::multiply};
    return row;
  }

 private:
  /// Vectors across a tile.
  static constexpr int kVectors = Registers / 8;
  /// Rows of `a` that a pass over all panels of b walks over: they stay in the second-level cache.
  static constexpr Index kRowBlock = 96;
  /// Floats of a cache line.
  static constexpr Index kLine = 16;

  static constexpr Index vectors(Index columns) { return (columns + kWidth - 1) / kWidth; }
  /// Rows of a tile of V vectors: three quarters of the registers hold it, the others the operands.
  static constexpr int tile_rows(int v) { return static_cast<int>(smaller(12, Registers * 3 / 4 / v)); }
  /// The next smaller tile for left-over rows: the largest power of two below.
  static constexpr int fewer_rows(int r) { return r > 8 ? 8 : r > 4 ? 4 : r > 2 ? 2 : 1; }

  /// A product of strips: c[r, j] = sum_d a[r, d] b[d, j], j < columns.
  struct Strip {
    const float* a;
    Index stride;    // between rows of a
    const float* b;  // packed: V vectors for each d
    Index depth;
    float* c;
    Index c_stride, columns;
    bool first_pass;  // over these rows of a
  };

  /// Called while the sums run over a cache line of `a`: prefetches the same line of the next tile's rows, of `a` in
  /// the first pass over it (later passes find it in the cache) and of c. After the last tile the prefetches are of no
  /// use, and an address that does not exist does no harm.
  template <int R>
  [[gnu::always_inline]] static void prefetch_next(const Strip& s, Index d, Index columns) {
    if (s.first_pass) {
      for (Index r = R; r < 2 * R; ++r) __builtin_prefetch(s.a + r * s.stride + d);
    }
    if (d < columns) {
      for (Index r = R; r < 2 * R; ++r) __builtin_prefetch(s.c + r * s.c_stride + d);
    }
  }

  /// R rows of a strip that is V whole vectors wide.
  template <int R, int V>
  [[gnu::always_inline]] static void tile(const Strip& s) {
    Vector sum[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) sum[r][v] = Vector(0.0F);
    }
    const float* a = s.a;
    const float* b = s.b;
    for (Index d = 0; d < s.depth;) {
      prefetch_next<R>(s, d, V * kWidth);
      for (const Index stop = smaller(d + kLine, s.depth); d < stop; ++d) {
        Vector row[V];
        for (int v = 0; v < V; ++v) row[v] = Vector::load_aligned(b + v * kWidth);
        for (int r = 0; r < R; ++r) {
          const Vector element(a[r * s.stride]);
          for (int v = 0; v < V; ++v) sum[r][v] = multiply_add(element, row[v], sum[r][v]);
        }
        a += 1;
        b += V * kWidth;
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) sum[r][v].store_unaligned(s.c + r * s.c_stride + v * kWidth);
    }
  }

  /// R rows of a strip whose last vector is wider than c: a tile in memory of its own, whose columns are copied.
  template <int R, int V>
  static void ragged_tile(const Strip& s) {
    alignas(64) float beside[R * V * kWidth];
    Strip whole = s;
    whole.c = beside;
    whole.c_stride = V * kWidth;
    tile<R, V>(whole);
    for (Index r = 0; r < R; ++r) {
      for (Index j = 0; j < s.columns; ++j) s.c[r * s.c_stride + j] = beside[r * V * kWidth + j];
    }
  }

  /// All `rows` of a strip, in tiles of R rows, and what is left in smaller ones.
  template <int R, int V>
  static void strip(Strip s, Index rows) {
    for (; rows >= R; rows -= R) {
      if (s.columns == V * kWidth) {
        tile<R, V>(s);
      } else {
        ragged_tile<R, V>(s);
      }
      s.a += R * s.stride;
      s.c += R * s.c_stride;
    }
    if constexpr (R > 1) {
      if (rows > 0) strip<fewer_rows(R), V>(s, rows);
    }
  }

  /// `strip` for a number of vectors that is known at run time, at most V.
  template <int V>
  static void strip_of(Index v, const Strip& s, Index rows) {
    if constexpr (V > 1) {
      if (v < V) return strip_of<V - 1>(v, s, rows);
    }
    strip<tile_rows(V), V>(s, rows);
  }

  static Index packed_size(Index depth, Index columns) { return depth * vectors(columns) * kWidth; }

  /// Panels of kVectors vectors, one after the other; the last one may be narrower, and ends with zeros.
  static void pack(const ProductWeights& b, Index first, Index end, float* packed) {
    constexpr Index kPanel = kVectors * kWidth;
    static_assert(kPackedColumns % kPanel == 0);
    for (Index begin = first; begin < end; begin += kPanel) {
      const Index width = smaller(kPanel, vectors(b.columns - begin) * kWidth);
      const Index filled = smaller(width, b.columns - begin);
      float* const panel = packed + begin * b.depth;
      if (b.transposed) {
        turn_panel(b, begin, filled, width, panel);
      } else {
        for (Index d = 0; d < b.depth; ++d) {
          for (Index j = 0; j < filled; ++j) panel[d * width + j] = b.w[d * b.columns + begin + j];
        }
      }
      for (Index d = 0; d < b.depth; ++d) {
        for (Index j = filled; j < width; ++j) panel[d * width + j] = 0;
      }
    }
  }

  /// A panel of weights that are given transposed, cache line by cache line: what is read of a line at different times
  /// would be read from further away.
  static void turn_panel(const ProductWeights& b, Index begin, Index filled, Index width, float* panel) {
    for (Index line = 0; line < b.depth; line += kLine) {
      const Index stop = smaller(line + kLine, b.depth);
      for (Index j = 0; j < filled; ++j) {
        const float* const from = b.w + (begin + j) * b.depth;
        for (Index d = line; d < stop; ++d) panel[d * width + j] = from[d];
      }
    }
  }

  static void multiply(const PackedProduct& p) {
    constexpr Index kPanel = kVectors * kWidth;
    for (Index row = 0; row < p.rows; row += kRowBlock) {
      for (Index column = p.first; column < p.end; column += kPanel) {
        const Index width = smaller(kPanel, p.end - column);
        strip_of<kVectors>(vectors(width),
                           {.a = p.a + row * p.depth,
                            .stride = p.depth,
                            .b = p.packed + column * p.depth,
                            .depth = p.depth,
                            .c = p.c + row * p.columns + column,
                            .c_stride = p.columns,
                            .columns = width,
                            .first_pass = column == p.first},
                           smaller(kRowBlock, p.rows - row));
      }
    }
  }
};

}  // namespace mog::kernels
