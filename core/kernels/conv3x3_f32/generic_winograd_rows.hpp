// The 3x3 convolution of groups of a vector or half of one, and its gradients: Winograd's F(2, 3) down the map only.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/conv3x3_f32/generic_winograd_strip.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

/// Two rows of y, one column of taps w and the four rows of x that they meet, in one dimension:
///     y = A^T [(G w) . (B^T x)],   dw = G^T [(A dy) . (B^T x)],   matrices as in Conv3x3Winograd.
/// So a pair of rows takes 4 products instead of 6, at each of 4 positions; along the rows the taps s stay as they are,
///     A^T's argument at c = sum over s, i of (B^T x)[c + s - 1, i] (G w)_s[i],
///     sum_s[i, q] = sum over columns c of (B^T x)[c, i] (A dy)[c + 1 - s, q].
/// Each number of x that is loaded serves three vectors. Winograd's transform in both directions has two thirds of
/// these multiply-adds; but where a group is one vector, each of them needs a number of x loaded, and twice as many
/// transformed numbers are written and read. A strip of pairs of rows at a time, with its transforms in the first-level
/// cache.
///
/// Where a group has Q = lanes / kPairs channels, lane q kPairs + k is output q at the k-th of kPairs pairs of rows:
/// their numbers of one input are one load, which repeats them Q times, and the products are those of whole vectors.
/// Lanes move in the transforms only.
template <class Arch, int Registers, int kPairs>
struct Conv3x3WinogradRows {
  static bool suits(const Conv3x3Sizes& z) {
    return z.in / z.groups == Q && z.out / z.groups == Q && (kPairs > 1 || (z.height >= 2 && z.width >= 2));
  }

  /// A block is a vector of channels: kPairs groups.
  static Index blocks(const Conv3x3Sizes& z) { return (z.groups + kPairs - 1) / kPairs; }
  static Index scratch_size(const Conv3x3Sizes&) { return 2 * Strips::kSize; }
  /// [blocks, groups, 4 positions, I, 3 taps, lanes].
  static Index packed_size(const Conv3x3Sizes& z) { return blocks(z) * kPairs * kGroup; }
  /// [blocks, groups, 4 positions, I / R, 3 taps, R, lanes].
  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }

  static void pack(const Conv3x3Sizes& z, Index block, const float* weight, bool transposed, float* packed) {
    for (Index group = block * kPairs; group < (block + 1) * kPairs; ++group) {
      if (group < z.groups) {
        pack_group(weight + group * 9 * Q * Q, transposed, packed + group * kGroup);
      } else {
        for (Index i = 0; i < kGroup; ++i) packed[group * kGroup + i] = 0.0F;
      }
    }
  }
  static void unpack(const Conv3x3Sizes& z, Index block, const float* sums, float* weight) {
    for (Index group = block * kPairs; group < (block + 1) * kPairs && group < z.groups; ++group) {
      unpack_group(sums + group * kGroup, weight + group * 9 * Q * Q);
    }
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    x += part.block * kWidth;
    y += part.block * kWidth;
    const float* u = packed + part.block * kPairs * kGroup;
    const Index pixel = part.sizes.in, row = part.sizes.width * pixel;
    with_lanes(part, [&](const auto& lanes) {
      Strips::for_each_strip(part, [&](const Strip& strip, const Strip& next) {
        Strips::template transform<typename Strips::OfX>(strip, x, lanes, part.scratch);
        for (Index tuple = 0; tuple < strip.tuples; ++tuple) {
          float* v = part.scratch + tuple * strip.layout.row;
          for (int g = 0; g < kPairs; ++g) {
            float *from = v + g * Strips::kGroup, *to = strip.at(y, tuple, g);
            // With several pairs, the sums overwrite transforms that have been read.
            Sums sums{from, from + kLower, kWidth};
            if constexpr (kPairs == 1) {
              sums = {to, strip.pair(tuple, g).row + 1 < part.sizes.height ? to + row : nullptr, pixel};
            }
            multiply<kPixels>(strip, from, u + g * kGroup, sums, {next.at(x, tuple, g), to, pixel, row});
          }
          if constexpr (kPairs > 1) write_pairs(strip, tuple, v, y, lanes);
        }
      });
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    x += part.block * kWidth;
    dy += part.block * kWidth;
    with_lanes(part, [&](const auto& lanes) {
      Strips::for_each_strip(part, [&](const Strip& strip, const Strip& next) {
        float *v = part.scratch, *d = v + Strips::kSize;
        Strips::template transform<typename Strips::OfX>(strip, x, lanes, v);
        Strips::template transform<typename Strips::OfDy>(strip, dy, lanes, d);
        for (int g = 0; g < kPairs; ++g) {
          add_products(strip, {v + g * Strips::kGroup, d + g * Strips::kGroup, next.at(x, 0, g), next.at(dy, 0, g)},
                       sums + (part.block * kPairs + g) * kGroup);
        }
      });
    });
  }

 private:
  using Vector = Floats<Arch>;
  using Strips = Conv3x3WinogradStrips<Arch, kPairs>;
  using Strip = typename Strips::Strip;
  static constexpr Index kWidth = kLanes<Arch>, Q = kWidth / kPairs;
  static constexpr Index kPositions = Strips::kPositions, kTaps = 3;
  static constexpr Index kPosition = kTaps * Q * kWidth, kGroup = kPositions * kPosition;
  /// From a strip's sums of upper rows to those of lower ones: they are in the first position and in the last.
  static constexpr Index kLower = (kPositions - 1) * Strips::kPosition;
  /// Channels of x in a tile of sums of the gradient: with three taps, three quarters of the registers or less.
  static constexpr Index R = Registers / 4 < Q ? Registers / 4 : Q;
  /// Pixels along a tile of y: its two rows and the sums of a position take three quarters of the registers.
  static constexpr int kPixels = Registers / 4;

  /// weight: [3, 3, I, Q] of a group.
  static void pack_group(const float* weight, bool transposed, float* packed) {
    for (Index i = 0; i < Q; ++i) {
      for (Index s = 0; s < kTaps; ++s) {
        for (Index lane = 0; lane < kWidth; ++lane, ++packed) {
          const Index q = lane / kPairs;
          const float* w = weight + (transposed ? q * Q + i : i * Q + q);
          float tap[3];
          for (Index r = 0; r < 3; ++r) tap[r] = w[(transposed ? 8 - (r * 3 + s) : r * 3 + s) * Q * Q];
          packed[0] = tap[0];
          packed[kPosition] = (tap[0] + tap[2] + tap[1]) * 0.5F;
          packed[2 * kPosition] = (tap[0] + tap[2] - tap[1]) * 0.5F;
          packed[3 * kPosition] = -tap[2];  // A^T's sign
        }
      }
    }
  }

  static void unpack_group(const float* sums, float* weight) {
    for (Index i = 0; i < Q; i += R) {
      for (Index s = 0; s < kTaps; ++s) {
        for (Index r = 0; r < R; ++r, sums += kWidth) {
          Vector p[kPositions];
          for (Index a = 0; a < kPositions; ++a) p[a] = Vector::load_aligned(sums + a * kPosition);
          // G^T, the sign of the last position turned.
          const Vector half(0.5F), even = (p[1] + p[2]) * half;
          const Vector dw[3] = {p[0] + even, (p[1] - p[2]) * half, even - p[3]};
          for (Index row = 0; row < 3; ++row) {
            alignas(64) float lanes[kWidth];
            dw[row].store_aligned(lanes);
            for (Index q = 0; q < Q; ++q) {
              float sum = lanes[q * kPairs];
              for (int k = 1; k < kPairs; ++k) sum += lanes[q * kPairs + k];
              weight[((row * 3 + s) * Q + i + r) * Q + q] = sum;
            }
          }
        }
      }
    }
  }

  /// Calls work with the lanes of a part's block that are channels of the map: all where a group is a vector.
  template <class Work>
  static void with_lanes(const Conv3x3Part& part, const Work& work) {
    if constexpr (kPairs > 1) {
      const Index count = part.sizes.in - part.block * kWidth;
      if (count < kWidth) return work(Part<Arch, 1>{count});
    }
    work(Whole<Arch, 1>{});
  }

  /// Where the sums of two rows go; the lower one is null below the map.
  struct Sums {
    float *upper, *lower;
    Index pixel;
  };
  /// What the products prefetch: a pair of rows of the next strip of x, and one of y; and floats from one pixel and
  /// from one row to the next.
  struct Prefetched {
    const float *x, *y;
    Index pixel, row;
  };

  /// One group at one tuple, P pixels at a time and what is left in smaller numbers; v: the strip at its first column.
  template <int P>
  static void multiply(const Strip& strip, const float* v, const float* u, const Sums& sums, const Prefetched& ahead,
                       Index column = 0) {
    for (; column + P <= strip.columns; column += P) {
      const Index to = column * sums.pixel, next = column * ahead.pixel;
      multiply_tile<P>(v + column * kWidth, u,
                       {sums.upper + to, sums.lower == nullptr ? nullptr : sums.lower + to, sums.pixel},
                       {ahead.x + next, ahead.y + next, ahead.pixel, ahead.row});
    }
    if constexpr (P > 1) {
      if (column < strip.columns) multiply<P / 2>(strip, v, u, sums, ahead, column);
    }
  }

  /// The sums of all groups at a tuple, which lie in the strip, to the rows of y.
  template <class Lanes>
  static void write_pairs(const Strip& strip, Index tuple, const float* v, float* y, const Lanes& lanes) {
    const Conv3x3Sizes& z = strip.part.sizes;
    for (Index below = 0; below < 2; ++below, v += kLower) {
      float* to[kPairs];
      bool inside[kPairs];
      for (int k = 0; k < kPairs; ++k) {
        to[k] = strip.at(y, tuple, k) + below * z.width * z.in;
        inside[k] = strip.pair(tuple, k).row + below < z.height;
      }
      for (Index column = 0; column < strip.columns; ++column) {
        Vector out[kPairs];
        for (int g = 0; g < kPairs; ++g) out[g] = Vector::load_aligned(v + g * Strips::kGroup + column * kWidth);
        Strips::to_pairs(out);
        for (int k = 0; k < kPairs; ++k) {
          if (inside[k]) lanes.store(to[k] + column * z.in, 0, out[k]);
        }
      }
    }
  }

  /// The two positions that both rows need go first; A^T's sums and differences of them are where the sums of the other
  /// two positions begin.
  template <int P>
  [[gnu::noinline]] static void multiply_tile(const float* v, const float* u, const Sums& sums,
                                              const Prefetched& ahead) {
    Vector upper[P], lower[P];
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) upper[p] = lower[p] = Vector(0.0F);
    multiply_positions<1, 2>(v, u, upper, lower, ahead.x, ahead);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      const Vector first = upper[p];
      upper[p] = first + lower[p];
      lower[p] = first - lower[p];
    }
    multiply_positions<0, 3>(v, u, upper, lower, ahead.y, ahead);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) upper[p].store_unaligned(sums.upper + p * sums.pixel);
    if (sums.lower == nullptr) return;
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) lower[p].store_unaligned(sums.lower + p * sums.pixel);
  }

  /// Adds the products of two positions, over inputs and taps, of P pixels. Two positions at once, as the multiply-adds
  /// of one sum wait for each other, and P sums alone would leave no slack. Meanwhile prefetches as many pixels of two
  /// rows elsewhere, a few in each step: a burst of prefetches would hold up what the products read.
  template <int A, int B, int P>
  [[gnu::always_inline]] static void multiply_positions(const float* v, const float* u, Vector (&sum_a)[P],
                                                        Vector (&sum_b)[P], const float* rows,
                                                        const Prefetched& ahead) {
    for (Index i = 0; i < Q; ++i, v += kPairs, u += kTaps * kWidth) {
      if (i < P) {
        __builtin_prefetch(rows + i * ahead.pixel);
        __builtin_prefetch(rows + i * ahead.pixel + ahead.row);
      }
      multiply_input(v + A * Strips::kPosition, u + A * kPosition, sum_a);
      multiply_input(v + B * Strips::kPosition, u + B * kPosition, sum_b);
    }
  }

  template <int P>
  [[gnu::always_inline]] static void multiply_input(const float* v, const float* u, Vector (&sum)[P]) {
    Vector tap[kTaps];
    for (int s = 0; s < kTaps; ++s) tap[s] = Vector::load_aligned(u + s * kWidth);
#pragma GCC unroll 16
    for (int c = 0; c < P + 2; ++c) {
      const Vector element = repeat<kPairs, Arch>(v + c * kWidth);
#pragma GCC unroll 3
      for (int s = 0; s < kTaps; ++s) {
        if (c >= s && c - s < P) sum[c - s] = multiply_add(element, tap[s], sum[c - s]);
      }
    }
  }

  /// A group's transforms, and the pair of rows of the next strip that its tiles prefetch, at the first tuple.
  struct Operands {
    const float *x, *dy, *next_x, *next_dy;
  };

  /// The tiles of a position prefetch one row of such a pair of each tuple, of x or of dy, a pixel in each step. After
  /// the last strip the prefetches are of no use, and an address that does not exist does no harm.
  [[gnu::noinline]] static void add_products(const Strip& strip, const Operands& o, float* sums) {
    const Index row = strip.part.sizes.width * strip.part.sizes.in;
    for (Index a = 0; a < kPositions; ++a) {
      const float* ahead = (a < 2 ? o.next_x : o.next_dy) + a % 2 * row;
      for (Index i = 0; i < Q; i += R, sums += kTaps * R * kWidth) {
        const Index position = a * Strips::kPosition;
        add_tile(strip, o.x + position + kWidth + i * kPairs, o.dy + position, ahead, sums);
      }
    }
  }

  /// The sums of R channels of x, all of dy and three taps.
  [[gnu::always_inline]] static void add_tile(const Strip& strip, const float* x, const float* dy, const float* ahead,
                                              float* sums) {
    const Index pixel = strip.part.sizes.in, tuple_rows = 2 * kPairs * strip.part.sizes.width * pixel;
    Vector sum[kTaps][R];
#pragma GCC unroll 3
    for (int s = 0; s < kTaps; ++s) {
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) sum[s][r] = Vector::load_aligned(sums + (s * R + r) * kWidth);
    }
    for (Index tuple = 0; tuple < strip.tuples; ++tuple) {
      const Index from = tuple * strip.layout.row;
      const float *element_at = x + from, *dy_at = dy + from, *next = ahead + tuple * tuple_rows;
      for (Index column = 0; column < strip.columns; ++column, element_at += kWidth, dy_at += kWidth, next += pixel) {
        __builtin_prefetch(next, 0, 2);
        const Vector right = Vector::load_aligned(dy_at + 2 * kWidth), same = Vector::load_aligned(dy_at + kWidth),
                     left = Vector::load_aligned(dy_at);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          const Vector element = repeat<kPairs, Arch>(element_at + r * kPairs);
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
