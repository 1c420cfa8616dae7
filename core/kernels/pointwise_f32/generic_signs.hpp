// The pointwise product with weights that are all -1 or +1, written once for every instruction set that
// can look up lanes.
#pragma once

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

/// A table holds all signed sums of a few inputs: of five where two vectors of 16 lanes make one, of three where it is
/// a vector of eight; number i is the sum of those inputs whose bit in i is set, less the others. A few multiply-adds
/// make such a table. For each vector of outputs one permutation then takes from it what five products would add up to,
/// and one addition adds it: two instructions for five multiply-adds. The tables of a few rows of `a` are made once,
/// stay in the first-level cache, and serve all columns; the more of these there are, the less the tables cost.
template <class Arch, int Registers>
struct SignLoops {
  /// With fewer columns multiply-adds are as fast; with an odd number of columns the last vector would need masks.
  static bool pays(Index depth, Index columns) {
    return depth >= kInputs && columns >= 4 * kWidth && columns % kWidth == 0;
  }

  static Index packed_size(Index depth, Index columns) { return tables(depth) * columns; }

  /// Panels of kVectors vectors, the last one perhaps narrower; in a panel, table by table, the place that each column
  /// looks up.
  static void pack(const ProductWeights& b, Index first, Index end, float* packed) {
    static_assert(kPackedColumns % (kVectors * kWidth) == 0);
    auto* to = reinterpret_cast<std::uint32_t*>(packed) + first * tables(b.depth);
    for (Index begin = first; begin < end; begin += kVectors * kWidth) {
      const Index width = smaller(kVectors * kWidth, end - begin);
      for (Index d = 0; d < b.depth; d += kInputs, to += width) {
        const Index count = smaller(kInputs, b.depth - d);
        for (Index j = 0; j < width; ++j) {
          to[j] = b.transposed ? place_of(b.w + (begin + j) * b.depth + d, count)
                               : place_of(b.w + d * b.columns + begin + j, count, b.columns);
        }
      }
    }
  }

  static void multiply(const PackedProduct& p) {
    Index row = 0;
    for (; row + kRows <= p.rows; row += kRows) rows<kRows>(p, row);
    for (; row < p.rows; ++row) rows<1>(p, row);
  }

 private:
  using Vector = Floats<Arch>;
  using Indices = xsimd::batch<std::uint32_t, Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  static constexpr Index kTable = kLookUpVectors<Arch> * kWidth;  // numbers of a table
  static constexpr int kFromLanes = kWidth == 16 ? 4 : 3;         // inputs whose signs the lane tells
  static constexpr int kInputs = kTable == 32 ? 5 : 3;            // of a table
  static constexpr int kVectors = Registers / 8;                  // across a tile
  static constexpr int kRows = 4;                                 // of a tile
  static constexpr Index kTables = 32;                            // of a row, in the first-level cache at once
  static constexpr Index kLine = 16;                              // floats of a cache line

  static constexpr Index tables(Index depth) { return (depth + kInputs - 1) / kInputs; }

  /// Bit i is the sign of weight i: of `count` neighbours, or of weights that are `apart` numbers apart.
  static std::uint32_t place_of(const float* w, Index count) {
    return static_cast<std::uint32_t>(bits_of<Arch>(load_first<Arch>(w, count) > Vector(0.0F)));
  }
  static std::uint32_t place_of(const float* w, Index count, Index apart) {
    std::uint32_t place = 0;
    for (Index i = 0; i < count; ++i) place |= static_cast<std::uint32_t>(w[i * apart] > 0) << i;
    return place;
  }

  /// Input i as a vector of its own: +1 in the lanes whose bit i is set, -1 in the others.
  static Vector signs_of(int i) {
    float signs[kWidth];
    for (Index lane = 0; lane < kWidth; ++lane) signs[lane] = (lane >> i & 1) != 0 ? 1.0F : -1.0F;
    return Vector::load_unaligned(signs);
  }

  /// The table of `count` inputs at x; missing inputs count as 0.
  [[gnu::always_inline]] static void make_table(const float* x, int count, const Vector (&signs)[kFromLanes],
                                                float* to) {
    Vector sums = Vector(x[0]) * signs[0];
    for (int i = 1; i < smaller(count, kFromLanes); ++i) sums = multiply_add(Vector(x[i]), signs[i], sums);
    if constexpr (kInputs == kFromLanes) {
      sums.store_aligned(to);
    } else {
      const Vector last(count == kInputs ? x[kFromLanes] : 0.0F);
      (sums - last).store_aligned(to);
      (sums + last).store_aligned(to + kWidth);
    }
  }

  /// The tables of inputs [begin, end) of R rows from `row` on: table by table, row by row. On the way prefetches as
  /// much of each map of p.prefetched, into the second-level cache: the first has no room for it yet.
  template <int R>
  [[gnu::always_inline]] static void make_tables(const PackedProduct& p, Index row, Index begin, Index end, float* to) {
    const Index depth = p.depth;
    const float* const a = p.a + row * depth;
    const auto from_row = [&](const PrefetchedMap& all) {
      return all.map == nullptr ? PrefetchedMap{a, 0} : PrefetchedMap{all.at(row * depth), all.bytes};
    };
    const PrefetchedMap first = from_row(p.prefetched[0]), second = from_row(p.prefetched[1]);
    Vector signs[kFromLanes];
    for (int i = 0; i < kFromLanes; ++i) signs[i] = signs_of(i);
    Index d = begin;
    for (; d + kInputs <= end; d += kInputs) {
      for (Index line = 0; line < R * kInputs; line += kLine) {
        __builtin_prefetch(first.at(R * d + line), 0, 2);
        __builtin_prefetch(second.at(R * d + line), 0, 2);
      }
      for (Index r = 0; r < R; ++r, to += kTable) make_table(a + r * depth + d, kInputs, signs, to);
    }
    if (d == end) return;
    for (Index r = 0; r < R; ++r, to += kTable) make_table(a + r * depth + d, static_cast<int>(end - d), signs, to);
  }

  /// R rows by V vectors of c: begins from zero, or adds to what is there.
  template <int R, int V>
  [[gnu::always_inline]] static void tile(const float* table, const std::uint32_t* lanes, Index count, bool from_zero,
                                          float* c, Index stride) {
    Vector sum[R][V];
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) {
        sum[r][v] = from_zero ? Vector(0.0F) : Vector::load_unaligned(c + r * stride + v * kWidth);
      }
    }
    for (Index t = 0; t < count; ++t, table += R * kTable, lanes += V * kWidth) {
      Indices chosen[V];
      for (int v = 0; v < V; ++v) chosen[v] = Indices::load_aligned(lanes + v * kWidth);
      for (int r = 0; r < R; ++r) {
        Vector sums[kLookUpVectors<Arch>];
        for (int v = 0; v < kLookUpVectors<Arch>; ++v) sums[v] = Vector::load_aligned(table + r * kTable + v * kWidth);
        for (int v = 0; v < V; ++v) sum[r][v] = sum[r][v] + look_up<Arch>(sums, chosen[v]);
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < V; ++v) sum[r][v].store_unaligned(c + r * stride + v * kWidth);
    }
  }

  /// `tile` for a number of vectors that is known at run time, at most V.
  template <int R, int V>
  static void tile_of(Index v, const float* table, const std::uint32_t* lanes, Index count, bool from_zero, float* c,
                      Index stride) {
    if constexpr (V > 1) {
      if (v < V) return tile_of<R, V - 1>(v, table, lanes, count, from_zero, c, stride);
    }
    tile<R, V>(table, lanes, count, from_zero, c, stride);
  }

  template <int R>
  static void rows(const PackedProduct& p, Index row) {
    alignas(64) float table[kTables * R * kTable];
    const auto* packed = reinterpret_cast<const std::uint32_t*>(p.packed);
    const Index all = tables(p.depth);
    for (Index first = 0; first < all; first += kTables) {
      const Index count = smaller(kTables, all - first), begin = first * kInputs;
      make_tables<R>(p, row, begin, smaller(begin + count * kInputs, p.depth), table);
      for (Index column = p.first; column < p.end; column += kVectors * kWidth) {
        const Index vectors = smaller(kVectors, (p.end - column) / kWidth);
        tile_of<R, kVectors>(vectors, table, packed + column * all + first * vectors * kWidth, count, first == 0,
                             p.c + row * p.columns + column, p.columns);
      }
    }
  }
};

}  // namespace mog::kernels
