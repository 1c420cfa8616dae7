// The weight gradient of 3x3 convolutions whose groups are one vector: Winograd's F(2, 3) down the map only.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Two rows of y, one column of taps w and the four rows of x that they meet, in one dimension:
///     y = A^T [(G w) . (B^T x)],   dw = G^T [(A dy) . (B^T x)],   matrices as in Conv3x3Winograd.
/// So a pair of rows takes 4 products instead of 6, at each of 4 positions; along the rows the taps s stay as they are,
///     sum_s[i, q] = sum over columns c of (B^T x)[c, i] (A dy)[c + 1 - s, q].
/// A number of x meets three vectors of dy at once. Winograd's way in both directions has two thirds of these
/// multiply-adds, but, where a group is one vector, a number of x to load for each, and twice as many transformed
/// numbers to write and to read. A strip of pairs of whole rows at a time, its transforms in the first-level cache.
template <class Arch, int Registers>
struct WinogradRows {
  static bool suits(const Conv3x3Sizes& z) { return z.in / z.groups == kWidth && z.out / z.groups == kWidth; }

  static Index scratch_size(const Conv3x3Sizes& z) {
    const Strip strip(z);
    return kPositions * (strip.x_position + strip.dy_position);
  }
  /// [groups, 4 positions, I / R, 3 taps, R, lanes].
  static Index sums_size(const Conv3x3Sizes& z) { return z.groups * kPositions * kPosition; }

  static void unpack(const Conv3x3Sizes&, Index group, const float* sums, float* weight) {
    sums += group * kPositions * kPosition;
    weight += group * 9 * kWidth * kWidth;
    for (Index i = 0; i < kWidth; i += R) {
      for (Index s = 0; s < kTaps; ++s) {
        for (Index r = 0; r < R; ++r, sums += kWidth) {
          Vector p[kPositions];
          for (Index a = 0; a < kPositions; ++a) p[a] = Vector::load_aligned(sums + a * kPosition);
          // G^T, the sign of the last position turned.
          const Vector half(0.5F), even = (p[1] + p[2]) * half;
          float* dw = weight + (s * kWidth + i + r) * kWidth;
          (p[0] + even).store_unaligned(dw);
          ((p[1] - p[2]) * half).store_unaligned(dw + kPosition);
          (even - p[3]).store_unaligned(dw + 2 * kPosition);
        }
      }
    }
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    const Index down = (part.row_end - part.row_begin + 1) / 2, all = (part.image_end - part.image_begin) * down;
    const Strip strip(z);
    float *v = part.scratch, *d = v + kPositions * strip.x_position;
    x += part.block * kWidth;
    dy += part.block * kWidth;
    /// The first row of a pair, counted from that of the first image.
    const auto row = [&](Index pair) {
      return (part.image_begin + pair / down) * z.height + part.row_begin + pair % down * 2;
    };
    for (Index first = 0; first < all; first += strip.pairs) {
      const Index pairs = strip.pairs < all - first ? strip.pairs : all - first;
      for (Index pair = 0; pair < pairs; ++pair) {
        transform_x(strip, pair, {z, z.in, x, row(first + pair)}, v);
        transform_dy(strip, pair, {z, z.out, dy, row(first + pair)}, d);
      }
      const Index next = row(first + pairs) * z.width;
      add_products(z, strip, pairs, {v, d, x + next * z.in, dy + next * z.out},
                   sums + part.block * kPositions * kPosition);
    }
  }

 private:
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  static constexpr Index kPositions = 4, kTaps = 3, kPosition = kTaps * kWidth * kWidth;
  /// Channels of x in a tile of sums: with three taps, three quarters of the registers or less.
  static constexpr Index R = Registers / 4 < kWidth ? Registers / 4 : kWidth;

  /// A strip, transformed, is 4 positions of some pairs of rows; those of dy have a column of zeros on each side. A
  /// position is a line longer, else all four could fall into the same cache sets.
  struct Strip {
    Index width, pairs, x_position, dy_position;

    explicit Strip(const Conv3x3Sizes& z)
        : width(z.width),
          pairs(z.width < 64 ? 64 / z.width : 1),
          x_position(pairs * z.width * kWidth + 16),
          dy_position(pairs * (z.width + 2) * kWidth + 16) {}
  };

  /// Rows of a map of so many channels, at a group's; those above and below the image are zeros.
  struct Rows {
    const Conv3x3Sizes& z;
    Index channels;
    const float* map;
    Index first;  // counted from that of the first image

    struct Row {
      const float* at;
      Index step;
      [[gnu::always_inline]] Vector operator[](Index column) const {
        return Vector::load_unaligned(at + column * step);
      }
    };
    [[gnu::always_inline]] Row operator[](Index below) const {
      alignas(64) static constexpr float kZeros[kWidth] = {};
      const Index in_image = first % z.height + below;
      if (in_image < 0 || in_image >= z.height) return {kZeros, 0};
      return {map + (first + below) * z.width * channels, channels};
    }
  };

  /// B^T x of a pair of rows.
  static void transform_x(const Strip& strip, Index pair, const Rows& x, float* to) {
    const auto row0 = x[-1], row1 = x[0], row2 = x[1], row3 = x[2];
    to += pair * strip.width * kWidth;
    for (Index column = 0; column < strip.width; ++column, to += kWidth) {
      const Vector x0 = row0[column], x1 = row1[column], x2 = row2[column], x3 = row3[column];
      (x0 - x2).store_aligned(to);
      (x1 + x2).store_aligned(to + strip.x_position);
      (x2 - x1).store_aligned(to + 2 * strip.x_position);
      (x1 - x3).store_aligned(to + 3 * strip.x_position);
    }
  }

  /// A dy of a pair of rows, but for the sign of the last position: unpacking the weights puts that right.
  static void transform_dy(const Strip& strip, Index pair, const Rows& dy, float* to) {
    const auto upper = dy[0], lower = dy[1];
    to += pair * (strip.width + 2) * kWidth;
    const auto put = [&](Vector u, Vector l) __attribute__((always_inline)) {
      u.store_aligned(to);
      (u + l).store_aligned(to + strip.dy_position);
      (u - l).store_aligned(to + 2 * strip.dy_position);
      l.store_aligned(to + 3 * strip.dy_position);
      to += kWidth;
    };
    const Vector zero(0.0F);
    put(zero, zero);
    for (Index column = 0; column < strip.width; ++column) put(upper[column], lower[column]);
    put(zero, zero);
  }

  /// A strip's transforms, and where the next strip begins in memory.
  struct Operands {
    const float *x, *dy, *next_x, *next_dy;
  };

  /// What the tiles of a position ask memory for, a pixel in each step: one row of each pair of the next strip, of x or
  /// of dy. Behind the last strip nobody uses what comes, and an address that does not exist does no harm.
  struct Asked {
    const float* at;
    Index pixel, pair;
  };

  [[gnu::noinline]] static void add_products(const Conv3x3Sizes& z, const Strip& strip, Index pairs, const Operands& o,
                                             float* sums) {
    const Asked of_x{o.next_x, z.in, 2 * z.width * z.in}, of_dy{o.next_dy, z.out, 2 * z.width * z.out};
    for (Index a = 0; a < kPositions; ++a) {
      Asked asked = a < 2 ? of_x : of_dy;
      asked.at += a % 2 * (asked.pair / 2);
      for (Index i = 0; i < kWidth; i += R, sums += kTaps * R * kWidth) {
        add_tile(strip.width, pairs, o.x + a * strip.x_position + i, o.dy + a * strip.dy_position, sums, asked);
      }
    }
  }

  /// The sums of R channels of x, all of dy and three taps.
  [[gnu::always_inline]] static void add_tile(Index width, Index pairs, const float* x, const float* dy, float* sums,
                                              Asked asked) {
    Vector sum[kTaps][R];
#pragma GCC unroll 3
    for (int s = 0; s < kTaps; ++s) {
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) sum[s][r] = Vector::load_aligned(sums + (s * R + r) * kWidth);
    }
    for (Index pair = 0; pair < pairs; ++pair, dy += 2 * kWidth, asked.at += asked.pair) {
      const float* ask = asked.at;
      for (Index column = 0; column < width; ++column, x += kWidth, dy += kWidth, ask += asked.pixel) {
        __builtin_prefetch(ask, 0, 2);
        const Vector right = Vector::load_aligned(dy + 2 * kWidth), same = Vector::load_aligned(dy + kWidth),
                     left = Vector::load_aligned(dy);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          const Vector element(x[r]);
          sum[0][r] = multiply_add(element, right, sum[0][r]);
          sum[1][r] = multiply_add(element, same, sum[1][r]);
          sum[2][r] = multiply_add(element, left, sum[2][r]);
        }
      }
    }
#pragma GCC unroll 3
    for (int s = 0; s < kTaps; ++s) {
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) sum[s][r].store_aligned(sums + (s * R + r) * kWidth);
    }
  }
};

}  // namespace mog::kernels
