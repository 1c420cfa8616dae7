// The 3x3 convolution whose groups are one vector, and its gradients: Winograd's F(2, 3) down the map only.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Two rows of y, one column of taps w and the four rows of x that they meet, in one dimension:
///     y = A^T [(G w) . (B^T x)],   dw = G^T [(A dy) . (B^T x)],   matrices as in Conv3x3Winograd.
/// So a pair of rows takes 4 products instead of 6, at each of 4 positions; along the rows the taps s stay as they are,
///     A^T's argument at c = sum over s, i of (B^T x)[c + s - 1, i] (G w)_s[i],
///     sum_s[i, q] = sum over columns c of (B^T x)[c, i] (A dy)[c + 1 - s, q].
/// A number of x meets three vectors at once. Winograd's way in both directions has two thirds of these multiply-adds,
/// but, where a group is one vector, a number of x to load for each, and twice as many transformed numbers to write and
/// to read. A strip of pairs of whole rows at a time, its transforms in the first-level cache.
template <class Arch, int Registers>
struct Conv3x3WinogradRows {
  static bool suits(const Conv3x3Sizes& z) {
    return z.in / z.groups == kWidth && z.out / z.groups == kWidth && z.height >= 2 && z.width >= 2;
  }

  static Index blocks(const Conv3x3Sizes& z) { return z.groups; }
  static Index scratch_size(const Conv3x3Sizes& z) { return 2 * kPositions * Strip(z).position; }
  /// [groups, 4 positions, I, 3 taps, lanes].
  static Index packed_size(const Conv3x3Sizes& z) { return z.groups * kPositions * kPosition; }
  /// [groups, 4 positions, I / R, 3 taps, R, lanes].
  static Index sums_size(const Conv3x3Sizes& z) { return z.groups * kPositions * kPosition; }

  static void pack(const Conv3x3Sizes&, Index group, const float* weight, bool transposed, float* packed) {
    weight += group * 9 * kWidth * kWidth;
    packed += group * kPositions * kPosition;
    for (Index i = 0; i < kWidth; ++i) {
      for (Index s = 0; s < kTaps; ++s) {
        for (Index q = 0; q < kWidth; ++q, ++packed) {
          const float* w = weight + (transposed ? q * kWidth + i : i * kWidth + q);
          float tap[3];
          for (Index r = 0; r < 3; ++r) tap[r] = w[(transposed ? 8 - (r * 3 + s) : r * 3 + s) * kWidth * kWidth];
          packed[0] = tap[0];
          packed[kPosition] = (tap[0] + tap[2] + tap[1]) * 0.5F;
          packed[2 * kPosition] = (tap[0] + tap[2] - tap[1]) * 0.5F;
          packed[3 * kPosition] = tap[2];
        }
      }
    }
  }

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

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    x += part.block * kWidth;
    y += part.block * kWidth;
    const float* u = packed + part.block * kPositions * kPosition;
    for_each_strip(part, [&](const Strip& strip, Index first, Index pairs) {
      for (Index pair = 0; pair < pairs; ++pair) {
        transform_x(strip, pair, {z, z.in, x, row_of(part, first + pair)}, part.scratch);
      }
      for (Index pair = 0; pair < pairs; ++pair) {
        const Index row = row_of(part, first + pair), next = row_of(part, first + pairs + pair);
        multiply<kPixels>(z, strip, part.scratch + pair * strip.row, u,
                          {x + next * z.width * z.in, y + row * z.width * z.out, row % z.height + 1 < z.height});
      }
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    x += part.block * kWidth;
    dy += part.block * kWidth;
    for_each_strip(part, [&](const Strip& strip, Index first, Index pairs) {
      float *v = part.scratch, *d = v + kPositions * strip.position;
      for (Index pair = 0; pair < pairs; ++pair) {
        transform_x(strip, pair, {z, z.in, x, row_of(part, first + pair)}, v);
        transform_dy(strip, pair, {z, z.out, dy, row_of(part, first + pair)}, d);
      }
      const Index next = row_of(part, first + pairs) * z.width;
      add_products(z, strip, pairs, {v, d, x + next * z.in, dy + next * z.out},
                   sums + part.block * kPositions * kPosition);
    });
  }

 private:
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  static constexpr Index kPositions = 4, kTaps = 3, kPosition = kTaps * kWidth * kWidth;
  /// Channels of x in a tile of sums of the gradient: with three taps, three quarters of the registers or less.
  static constexpr Index R = Registers / 4 < kWidth ? Registers / 4 : kWidth;
  /// Pixels along a tile of y: its two rows and the sums of a position take three quarters of the registers.
  static constexpr int kPixels = Registers / 4;

  /// A strip, transformed, is 4 positions of some pairs of rows, with a column of zeros on each side. A position is a
  /// line longer, else all four could fall into the same cache sets.
  struct Strip {
    Index width, row, pairs, position;

    explicit Strip(const Conv3x3Sizes& z)
        : width(z.width),
          row((z.width + 2) * kWidth),
          pairs(z.width < 64 ? 64 / z.width : 1),
          position(pairs * row + 16) {}
  };

  /// Calls work(strip, its first pair of rows, how many) for the strips of a part.
  template <class Work>
  static void for_each_strip(const Conv3x3Part& part, const Work& work) {
    const Strip strip(part.sizes);
    const Index all = (part.image_end - part.image_begin) * ((part.row_end - part.row_begin + 1) / 2);
    for (Index first = 0; first < all; first += strip.pairs) {
      work(strip, first, strip.pairs < all - first ? strip.pairs : all - first);
    }
  }
  /// The first row of a pair of a part, counted from that of the first image.
  static Index row_of(const Conv3x3Part& part, Index pair) {
    const Index down = (part.row_end - part.row_begin + 1) / 2;
    return (part.image_begin + pair / down) * part.sizes.height + part.row_begin + pair % down * 2;
  }

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
    fill_row(
        strip, to + pair * strip.row, [&](Index column, const auto& put) __attribute__((always_inline)) {
          const Vector x0 = row0[column], x1 = row1[column], x2 = row2[column], x3 = row3[column];
          put(x0 - x2, x1 + x2, x2 - x1, x1 - x3);
        });
  }

  /// A dy of a pair of rows, but for the sign of the last position: unpacking the weights puts that right.
  static void transform_dy(const Strip& strip, Index pair, const Rows& dy, float* to) {
    const auto row0 = dy[0], row1 = dy[1];
    fill_row(
        strip, to + pair * strip.row, [&](Index column, const auto& put) __attribute__((always_inline)) {
          const Vector upper = row0[column], lower = row1[column];
          put(upper, upper + lower, upper - lower, lower);
        });
  }

  /// A pair of rows of a strip: zeros, what transform(column, put) puts to the four positions, zeros.
  template <class Transform>
  [[gnu::always_inline]] static void fill_row(const Strip& strip, float* to, const Transform& transform) {
    const auto put = [&](Vector a, Vector b, Vector c, Vector d) __attribute__((always_inline)) {
      a.store_aligned(to);
      b.store_aligned(to + strip.position);
      c.store_aligned(to + 2 * strip.position);
      d.store_aligned(to + 3 * strip.position);
      to += kWidth;
    };
    const Vector zero(0.0F);
    put(zero, zero, zero, zero);
    for (Index column = 0; column < strip.width; ++column) transform(column, put);
    put(zero, zero, zero, zero);
  }

  /// Where a pair of rows of y goes, and where that of x begins which the next strip reads.
  struct Pair {
    const float* next_x;
    float* y;
    bool lower;  // whether its second row is within the map
  };

  /// A pair of rows of y, P pixels at a time and what is left in smaller numbers; v: the strip at its first column.
  template <int P>
  static void multiply(const Conv3x3Sizes& z, const Strip& strip, const float* v, const float* u, const Pair& pair,
                       Index column = 0) {
    for (; column + P <= z.width; column += P) {
      multiply_tile<P>(z, strip, v + column * kWidth, u,
                       {pair.next_x + column * z.in, pair.y + column * z.out, pair.lower});
    }
    if constexpr (P > 1) {
      if (column < z.width) multiply<P / 2>(z, strip, v, u, pair, column);
    }
  }

  template <int P>
  [[gnu::noinline]] static void multiply_tile(const Conv3x3Sizes& z, const Strip& strip, const float* v, const float* u,
                                              const Pair& pair) {
    Vector upper[P], lower[P], sum[P];
    multiply_position<P>(v, u, upper, pair.next_x, z.in);
    multiply_position<P>(v + strip.position, u + kPosition, lower, pair.next_x + z.width * z.in, z.in);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) upper[p] = upper[p] + lower[p];
    multiply_position<P>(v + 2 * strip.position, u + 2 * kPosition, sum, pair.y, z.out);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      (upper[p] + sum[p]).store_unaligned(pair.y + p * z.out);
      lower[p] = lower[p] - sum[p];
    }
    if (!pair.lower) return;
    float* y = pair.y + z.width * z.out;
    multiply_position<P>(v + 3 * strip.position, u + 3 * kPosition, sum, y, z.out);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) (lower[p] - sum[p]).store_unaligned(y + p * z.out);
  }

  /// The sums over inputs and taps of P pixels at one position. Meanwhile asks memory for P pixels elsewhere.
  template <int P>
  [[gnu::always_inline]] static void multiply_position(const float* v, const float* u, Vector (&sum)[P],
                                                       const float* asked, Index pixel) {
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      __builtin_prefetch(asked + p * pixel);
      sum[p] = Vector(0.0F);
    }
    for (Index i = 0; i < kWidth; ++i, ++v, u += kTaps * kWidth) {
      Vector tap[kTaps];
      for (int s = 0; s < kTaps; ++s) tap[s] = Vector::load_aligned(u + s * kWidth);
#pragma GCC unroll 16
      for (int c = 0; c < P + 2; ++c) {
        const Vector element(v[c * kWidth]);
#pragma GCC unroll 3
        for (int s = 0; s < kTaps; ++s) {
          if (c >= s && c - s < P) sum[c - s] = multiply_add(element, tap[s], sum[c - s]);
        }
      }
    }
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
        add_tile(strip.width, pairs, o.x + a * strip.position + kWidth + i, o.dy + a * strip.position, sums, asked);
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
    for (Index pair = 0; pair < pairs; ++pair, x += 2 * kWidth, dy += 2 * kWidth, asked.at += asked.pair) {
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
