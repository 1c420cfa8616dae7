// The 3x3 convolution of groups of a vector or half of one, and its gradients: Winograd's F(2, 3) down the map only.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/conv3x3_f32/generic_winograd_strip.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Two rows of y, one column of taps w and the four rows of x that they meet, in one dimension:
///     y = A^T [(G w) . (B^T x)],   dw = G^T [(A dy) . (B^T x)],   matrices as in Conv3x3Winograd.
/// So a pair of rows takes 4 products instead of 6, at each of 4 positions; along the rows the taps s stay as they are,
///     A^T's argument at c = sum over s, i of (B^T x)[c + s - 1, i] (G w)_s[i],
///     sum_s[i, q] = sum over columns c of (B^T x)[c, i] (A dy)[c + 1 - s, q].
/// A number of x meets three vectors at once. Winograd's way in both directions has two thirds of these multiply-adds,
/// but, where a group is one vector, a number of x to load for each, and twice as many transformed numbers to write and
/// to read. A strip of pairs of rows at a time, its transforms in the first-level cache.
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
    with_lanes(part, [&](const auto& lanes) {
      Strips::for_each_strip(part, [&](const Strip& strip, const Strip& next) {
        Strips::template transform<typename Strips::OfX>(strip, x, lanes, part.scratch);
        for (Index tuple = 0; tuple < strip.tuples; ++tuple) {
          Rows rows;
          for (int k = 0; k < kPairs; ++k) {
            rows.in_image[k] = strip.pair(tuple, k).row;
            rows.y[k] = strip.at(y, tuple, k);
            rows.next_x[k] = next.at(x, tuple, k);
          }
          multiply<kPixels>(strip, part.scratch + tuple * strip.layout.row, u, rows, lanes);
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
          packed[3 * kPosition] = tap[2];
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

  /// The pairs of rows of a tuple: where they are in their images, where they go, and where those of x begin which the
  /// next strip reads.
  struct Rows {
    Index in_image[kPairs];
    float* y[kPairs];
    const float* next_x[kPairs];
  };

  /// A tuple of y, P pixels at a time and what is left in smaller numbers; v: the strip at its first column.
  template <int P, class Lanes>
  static void multiply(const Strip& strip, const float* v, const float* u, const Rows& rows, const Lanes& lanes,
                       Index column = 0) {
    const Conv3x3Sizes& z = strip.part.sizes;
    for (; column + P <= strip.columns; column += P) {
      Rows here = rows;
      for (int k = 0; k < kPairs; ++k) {
        here.y[k] += column * z.in;
        here.next_x[k] += column * z.in;
      }
      multiply_pixels<P>(z, v + column * kWidth, u, here, lanes);
    }
    if constexpr (P > 1) {
      if (column < strip.columns) multiply<P / 2>(strip, v, u, rows, lanes, column);
    }
  }

  /// P pixels of a tuple, one group after the other. Of several pairs the sums of a group are kept until those of all
  /// groups are there.
  template <int P, class Lanes>
  static void multiply_pixels(const Conv3x3Sizes& z, const float* v, const float* u, const Rows& rows,
                              const Lanes& lanes) {
    const Index pixel = z.in, row = z.width * z.in;
    if constexpr (kPairs == 1) {
      float* y = rows.y[0];
      const bool lower = rows.in_image[0] + 1 < z.height;
      multiply_tile<P>(v, u, {y, lower ? y + row : nullptr, pixel}, {rows.next_x[0], y, pixel, row});
    } else {
      alignas(64) float sums[kPairs][2][P * kWidth];
      for (int g = 0; g < kPairs; ++g) {
        multiply_tile<P>(v + g * Strips::kGroup, u + g * kGroup, {sums[g][0], sums[g][1], kWidth},
                         {rows.next_x[g], rows.y[g], pixel, row});
      }
      for (Index below = 0; below < 2; ++below) {
        for (Index p = 0; p < P; ++p) {
          Vector out[kPairs];
          for (int g = 0; g < kPairs; ++g) out[g] = Vector::load_aligned(sums[g][below] + p * kWidth);
          Strips::to_pairs(out);
          for (int k = 0; k < kPairs; ++k) {
            if (rows.in_image[k] + below < z.height) lanes.store(rows.y[k] + below * row + p * pixel, 0, out[k]);
          }
        }
      }
    }
  }

  /// Where the sums of a tile's two rows go; the lower one is null below the map.
  struct Tile {
    float *upper, *lower;
    Index pixel;
  };
  /// What a tile asks memory for: a pair of rows of the next strip of x, and one of y.
  struct Asked {
    const float *x, *y;
    Index pixel, row;
  };

  template <int P>
  [[gnu::noinline]] static void multiply_tile(const float* v, const float* u, const Tile& tile, const Asked& asked) {
    Vector upper[P], lower[P], sum[P];
    multiply_position<P>(v, u, upper, asked.x, asked.pixel);
    multiply_position<P>(v + Strips::kPosition, u + kPosition, lower, asked.x + asked.row, asked.pixel);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) upper[p] = upper[p] + lower[p];
    multiply_position<P>(v + 2 * Strips::kPosition, u + 2 * kPosition, sum, asked.y, asked.pixel);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) {
      (upper[p] + sum[p]).store_unaligned(tile.upper + p * tile.pixel);
      lower[p] = lower[p] - sum[p];
    }
    if (tile.lower == nullptr) return;
    multiply_position<P>(v + 3 * Strips::kPosition, u + 3 * kPosition, sum, asked.y + asked.row, asked.pixel);
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p) (lower[p] - sum[p]).store_unaligned(tile.lower + p * tile.pixel);
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
    for (Index i = 0; i < Q; ++i, v += kPairs, u += kTaps * kWidth) {
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
  }

  /// A group's transforms, and the pair of rows of the next strip that its tiles ask memory for, of the first tuple.
  struct Operands {
    const float *x, *dy, *next_x, *next_dy;
  };

  /// The tiles of a position ask memory for one row of such a pair of each tuple, of x or of dy, a pixel in each step.
  /// Behind the last strip nobody uses what comes, and an address that does not exist does no harm.
  [[gnu::noinline]] static void add_products(const Strip& strip, const Operands& o, float* sums) {
    const Index row = strip.part.sizes.width * strip.part.sizes.in;
    for (Index a = 0; a < kPositions; ++a) {
      const float* asked = (a < 2 ? o.next_x : o.next_dy) + a % 2 * row;
      for (Index i = 0; i < Q; i += R, sums += kTaps * R * kWidth) {
        const Index position = a * Strips::kPosition;
        add_tile(strip, o.x + position + kWidth + i * kPairs, o.dy + position, asked, sums);
      }
    }
  }

  /// The sums of R channels of x, all of dy and three taps.
  [[gnu::always_inline]] static void add_tile(const Strip& strip, const float* x, const float* dy, const float* asked,
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
      const float *element_at = x + from, *dy_at = dy + from, *ask = asked + tuple * tuple_rows;
      for (Index column = 0; column < strip.columns; ++column, element_at += kWidth, dy_at += kWidth, ask += pixel) {
        __builtin_prefetch(ask, 0, 2);
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
