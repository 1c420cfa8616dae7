// Winograd's transforms between maps and strips of tiles: additions only, whole vectors of channels.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Neighbouring tiles of one row of tiles of one image. A tile is 2x2 pixels of y; it reads 4x4 pixels of x. Where a
/// side of the map is odd the last tile is half beyond it, which reads as zeros and is not written.
struct WinogradRun {
  Index image, row, column;  // of the first tile's first pixel of y
  Index count;               // tiles
  Index first;               // number of the first one within the strip
};

template <class Arch>
struct WinogradMap {
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  static constexpr Index kPositions = 16, kMostTiles = 32;
  /// A strip of at most kMostTiles tiles, transformed, is planes of 16 positions of [tiles, lanes], a plane for each
  /// vector of channels. A position is a line longer than its tiles, else all 16 would fall into the same cache sets.
  static constexpr Index kPosition = kMostTiles * kWidth + 16, kPlane = kPositions * kPosition;

  /// B^T x B of a run of tiles, one vector of channels; `x`: the map's first pixel, at that vector. On the way
  /// prefetches the two rows of x that the tiles below read besides these: too far apart for the hardware prefetcher.
  static void transform_input(const WinogradRun& run, const Conv3x3Sizes& z, const float* x, float* to) {
    Pixels row0(run, -1, z, z.in, x), row1(run, 0, z, z.in, x), row2(run, 1, z, z.in, x), row3(run, 2, z, z.in, x);
    const Index line = z.width * z.in;
    /// B^T times the next column of pixels.
    const auto next = [&](Vector(&column)[4]) __attribute__((always_inline)) {
      row1.prefetch(3 * line), row1.prefetch(4 * line);
      const Vector x0 = row0.next(), x1 = row1.next(), x2 = row2.next(), x3 = row3.next();
      column[0] = x0 - x2;
      column[1] = x1 + x2;
      column[2] = x2 - x1;
      column[3] = x1 - x3;
    };
    Vector a[4] = {}, b[4], c[4], d[4];
    if (run.column > 0) {
      row0.back(), row1.back(), row2.back(), row3.back();
      next(a);
    }
    next(b);
    to += run.first * kWidth;
    for (Index column = run.column; column < run.column + 2 * run.count; column += 2, to += kWidth) {
      for (int i = 0; i < 4; ++i) c[i] = d[i] = Vector(0.0F);
      if (column + 1 < z.width) next(c);
      if (column + 2 < z.width) next(d);
      for (int i = 0; i < 4; ++i) {
        (a[i] - c[i]).store_aligned(to + 4 * i * kPosition);
        (b[i] + c[i]).store_aligned(to + (4 * i + 1) * kPosition);
        (c[i] - b[i]).store_aligned(to + (4 * i + 2) * kPosition);
        (b[i] - d[i]).store_aligned(to + (4 * i + 3) * kPosition);
        a[i] = c[i];
        b[i] = d[i];
      }
    }
  }

  /// A dy A^T of a run of tiles, but for the sign of its last row and column, which unpacking the weights corrects.
  static void transform_gradient(const WinogradRun& run, const Conv3x3Sizes& z, const float* dy, float* to) {
    Pixels row0(run, 0, z, z.out, dy), row1(run, 1, z, z.out, dy);
    const Index line = z.width * z.out;
    const auto next = [&](Vector(&column)[4]) __attribute__((always_inline)) {
      row0.prefetch(2 * line), row0.prefetch(3 * line);
      const Vector upper = row0.next(), lower = row1.next();
      column[0] = upper;
      column[1] = upper + lower;
      column[2] = upper - lower;
      column[3] = lower;
    };
    to += run.first * kWidth;
    for (Index column = run.column; column < run.column + 2 * run.count; column += 2, to += kWidth) {
      Vector left[4], right[4];
      next(left);
      for (Vector& v : right) v = Vector(0.0F);
      if (column + 1 < z.width) next(right);
      for (int i = 0; i < 4; ++i) {
        left[i].store_aligned(to + 4 * i * kPosition);
        (left[i] + right[i]).store_aligned(to + (4 * i + 1) * kPosition);
        (left[i] - right[i]).store_aligned(to + (4 * i + 2) * kPosition);
        right[i].store_aligned(to + (4 * i + 3) * kPosition);
      }
    }
  }

  /// y = A^T m A of a run of tiles, one vector of channels; `y`: the map's first pixel, at that vector.
  static void transform_output(const WinogradRun& run, const Conv3x3Sizes& z, const float* m, float* y) {
    m += run.first * kWidth;
    y += ((run.image * z.height + run.row) * z.width + run.column) * z.out;
    const Index below = run.row + 1 < z.height ? z.width * z.out : 0;
    for (Index column = run.column; column < run.column + 2 * run.count; column += 2, m += kWidth, y += 2 * z.out) {
      Vector upper[4], lower[4];
      for (int j = 0; j < 4; ++j) {
        const float* at = m + j * kPosition;
        const Vector m1 = Vector::load_aligned(at + 4 * kPosition), m2 = Vector::load_aligned(at + 8 * kPosition);
        upper[j] = Vector::load_aligned(at) + m1 + m2;
        lower[j] = m1 - m2 - Vector::load_aligned(at + 12 * kPosition);
      }
      const bool right = column + 1 < z.width;
      store_pair(upper, right, z.out, y);
      if (below != 0) store_pair(lower, right, z.out, y + below);
    }
  }

 private:
  /// The pixels of a row of the map from a run's first column on, zeros where the row is beyond the map.
  struct Pixels {
    const float* at;
    Index step;  // floats from one pixel to the next

    [[gnu::always_inline]] Pixels(const WinogradRun& run, Index below, const Conv3x3Sizes& z, Index channels,
                                  const float* map) {
      alignas(64) static constexpr float kZeros[kWidth] = {};
      const Index row = run.row + below;
      const bool inside = row >= 0 && row < z.height;
      at = inside ? map + ((run.image * z.height + row) * z.width + run.column) * channels : kZeros;
      step = inside ? channels : 0;
    }
    /// Brings what lies so many floats after the next pixel into the second-level cache; beyond the map
    /// it does no harm.
    [[gnu::always_inline]] void prefetch(Index ahead) const { __builtin_prefetch(at + ahead, 0, 2); }
    [[gnu::always_inline]] void back() { at -= step; }
    [[gnu::always_inline]] Vector next() {
      const Vector pixel = Vector::load_unaligned(at);
      at += step;
      return pixel;
    }
  };

  [[gnu::always_inline]] static void store_pair(const Vector (&m)[4], bool right, Index pixel, float* y) {
    (m[0] + m[1] + m[2]).store_unaligned(y);
    if (right) (m[1] - m[2] - m[3]).store_unaligned(y + pixel);
  }
};

}  // namespace mog::kernels
