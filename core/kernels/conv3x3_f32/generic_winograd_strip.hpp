// Pairs of rows of a map, transformed for Conv3x3WinogradRows: what its products read.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// With groups of lanes / kPairs channels, kPairs pairs of rows lie side by side: a tuple. A vector of the map has the
/// channels of kPairs groups, a vector of the strip those of one group, each kPairs times: number i kPairs + k is
/// channel i of pair k. So kPairs vectors of the map, one of each pair, become as many of the strip, one of each group.
template <class Arch, int kPairs>
struct Conv3x3WinogradStrips {
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>, kPositions = 4;

  /// A strip is [groups, positions, tuples, columns + 2, lanes], with the neighbours' columns or zeros on each side. A
  /// position is an odd number of lines, else all four could fall into the same cache sets.
  static constexpr Index kColumns = 64 / kPairs, kTuples = kColumns / 4;
  static constexpr Index kPosition = (kColumns + 2 * kTuples + 1) * kWidth, kGroup = kPositions * kPosition;
  static constexpr Index kSize = kPairs * kGroup;

  /// The largest strip of a map, and floats from one of its tuples to the next.
  struct Layout {
    Index columns, tuples, row;

    explicit Layout(const Conv3x3Sizes& z)
        : columns(rounded_up(z.width, rounded_up(z.width, kColumns))),
          tuples(smaller(kTuples, kColumns / columns)),
          row((columns + 2) * kWidth) {}
  };

  /// The first row of a pair: counted from the first image's, and within its image. A tuple's pairs after the last one
  /// of a part lie below their image: all that is read of them is zero, and nothing is written.
  struct Pair {
    Index above, row;
  };

  /// Some columns of some tuples of a part's pairs.
  struct Strip {
    const Conv3x3Part& part;
    const Layout& layout;
    Index first, tuples, column, columns;

    [[nodiscard]] Pair pair(Index tuple, int k) const {
      const Index down = pairs_down(part), number = (first + tuple) * kPairs + k;
      const Index image = part.image_begin + number / down, row = part.row_begin + number % down * 2;
      return {image * part.sizes.height + row, image < part.image_end ? row : part.sizes.height + 1};
    }
    /// Where the map has the strip's first column of a pair; after the last pair an address that may not exist.
    template <class Float>
    [[nodiscard]] Float* at(Float* map, Index tuple, int k) const {
      return map + (pair(tuple, k).above * part.sizes.width + column) * part.sizes.in;
    }
  };

  /// Calls work(strip, the next one) for the strips of a part.
  template <class Work>
  static void for_each_strip(const Conv3x3Part& part, const Work& work) {
    const Layout most(part.sizes);
    const Index pairs = (part.image_end - part.image_begin) * pairs_down(part), all = (pairs + kPairs - 1) / kPairs;
    const auto strip_at = [&](Index first, Index column) -> Strip {
      return {part,   most,
              first,  smaller(most.tuples, all - first),
              column, smaller(most.columns, part.sizes.width - column)};
    };
    for (Index first = 0; first < all; first += most.tuples) {
      for (Index column = 0; column < part.sizes.width; column += most.columns) {
        const bool more = column + most.columns < part.sizes.width;
        work(strip_at(first, column), more ? strip_at(first, column + most.columns) : strip_at(first + most.tuples, 0));
      }
    }
  }

  /// B^T x of a pair of rows, from four.
  struct OfX {
    static constexpr int kRows = 4, kAbove = 1;
    [[gnu::always_inline]] static void apply(const Vector (&x)[kRows], Vector (&to)[kPositions][kPairs], int k) {
      to[0][k] = x[0] - x[2];
      to[1][k] = x[1] + x[2];
      to[2][k] = x[2] - x[1];
      to[3][k] = x[1] - x[3];
    }
  };

  /// A dy of a pair of rows, but for the sign of the last position, which unpacking the weights corrects.
  struct OfDy {
    static constexpr int kRows = 2, kAbove = 0;
    [[gnu::always_inline]] static void apply(const Vector (&dy)[kRows], Vector (&to)[kPositions][kPairs], int k) {
      to[0][k] = dy[0];
      to[1][k] = dy[0] + dy[1];
      to[2][k] = dy[0] - dy[1];
      to[3][k] = dy[1];
    }
  };

  /// Fills the strip; map: at the block's first channel; lanes: those of a vector that are channels of the map.
  template <class Transform, class Lanes>
  static void transform(const Strip& strip, const float* map, const Lanes& lanes, float* to) {
    for (Index tuple = 0; tuple < strip.tuples; ++tuple) {
      transform_tuple<Transform>(strip, tuple, map, lanes, to + tuple * strip.layout.row);
    }
  }

  /// From one vector for each pair to one for each group, and back.
  [[gnu::always_inline]] static void to_groups(Vector (&v)[kPairs]) {
#pragma GCC unroll 4
    for (int step = kPairs / 2; step > 0; step /= 2) {
#pragma GCC unroll 8
      for (int k = 0; k < kPairs; ++k) {
        if ((k & step) == 0) zip(v[k], v[k + step]);
      }
    }
  }
  [[gnu::always_inline]] static void to_pairs(Vector (&v)[kPairs]) {
#pragma GCC unroll 4
    for (int step = 1; step < kPairs; step *= 2) {
#pragma GCC unroll 8
      for (int k = 0; k < kPairs; ++k) {
        if ((k & step) == 0) unzip(v[k], v[k + step]);
      }
    }
  }

 private:
  static Index rounded_up(Index a, Index b) { return (a + b - 1) / b; }
  static Index pairs_down(const Conv3x3Part& part) { return (part.row_end - part.row_begin + 1) / 2; }

  /// A row of the map from its first column; one above or below the image is zeros.
  struct Row {
    const float* at;
    Index step;
  };
  static Row row_of(const Conv3x3Sizes& z, const float* map, const Pair& pair, Index below) {
    alignas(64) static constexpr float kZeros[kWidth] = {};
    const Index in_image = pair.row + below;
    if (in_image < 0 || in_image >= z.height) return {kZeros, 0};
    return {map + (pair.above + below) * z.width * z.in, z.in};
  }

  template <class Transform, class Lanes>
  static void transform_tuple(const Strip& strip, Index tuple, const float* map, const Lanes& lanes, float* to) {
    constexpr int kRows = Transform::kRows;
    const Conv3x3Sizes& z = strip.part.sizes;
    Row rows[kPairs][kRows];
    for (int k = 0; k < kPairs; ++k) {
      const Pair pair = strip.pair(tuple, k);
      for (int r = 0; r < kRows; ++r) rows[k][r] = row_of(z, map, pair, r - Transform::kAbove);
    }
    const Index end = strip.column + strip.columns;
    for (Index column = strip.column - 1; column <= end; ++column, to += kWidth) {
      Vector v[kPositions][kPairs];
      if (column < 0 || column >= z.width) {
#pragma GCC unroll 16
        for (int i = 0; i < kPositions * kPairs; ++i) Vector(0.0F).store_aligned(to + i * kPosition);
        continue;
      }
#pragma GCC unroll 4
      for (int k = 0; k < kPairs; ++k) {
        Vector in[kRows];
#pragma GCC unroll 4
        for (int r = 0; r < kRows; ++r) in[r] = lanes.load(rows[k][r].at + column * rows[k][r].step, 0);
        Transform::apply(in, v, k);
      }
#pragma GCC unroll 4
      for (int a = 0; a < kPositions; ++a) {
        to_groups(v[a]);
#pragma GCC unroll 4
        for (int g = 0; g < kPairs; ++g) v[a][g].store_aligned(to + (g * kPositions + a) * kPosition);
      }
    }
  }
};

}  // namespace mog::kernels
