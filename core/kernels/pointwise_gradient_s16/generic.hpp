// The weight gradient of codes with rounded gradients, written once for every instruction set.
#pragma once

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"
#include "core/kernels/prefetch_walk.hpp"
#include "core/kernels/rounded_blocks.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Dot products of 16-bit numbers add two rows at once, so a block's rows lie in pairs: of dy, the two numbers of a
/// column side by side, a panel of V vectors of columns for each pair; of x, those of a channel, kLine channels for each.
/// A tile of R channels by V vectors of columns stays in registers while the sum runs over a block.
/// Everything here is a template for the one-definition rule: of an ordinary inline function the linker would keep one
/// copy, compiled for any of the instruction sets. Therefore it also calls no function of the standard library.
template <class Arch, int Vectors, int Sums>
struct PointwiseGradientS16Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  static constexpr PointwiseGradientS16Kernel kernel(Isa isa) { return {isa, run}; }

 private:
  using Walk = PrefetchWalk<Arch>;
  static constexpr Index kWidth = I::kLanes, kPanel = Vectors * kWidth;
  static constexpr Index kPairs = kGradientRows / 2;
  /// Channels of a panel of x, and of so many panels as are copied at once.
  static constexpr Index kLine = 16, kChannels = 128;
  static_assert(kGradientColumns % kPanel == 0);
  /// Rows of a tile of V vectors: about as many sums, however narrow it is, so that each has the time that it takes.
  static constexpr int tile_rows(Index v) { return v == 1 ? Sums : v == 2 ? Sums / 2 : Sums / 4; }

  /// Some channels of a block of x by a panel of its dy, both in pairs of rows, and where the product goes.
  struct Panel {
    const std::int16_t *x, *dy;
    Index pairs, channels, columns;  // the panel's last vector may have columns that dw does not have
    float* dw;
    Index stride;  // from row to row of dw
    float down;    // what dy are multiples of
    bool add;
  };

  /// The next block of x and dy, which the tiles of this block prefetch: some of them x, the others dy. After the last
  /// block the prefetches are of no use, and an address that does not exist does no harm.
  struct Ahead {
    Walk x, dy;
    Index step, x_tiles;

    Ahead(const PointwiseGradientS16Part& a, Index row, Index pairs)
        : x(a.x + row * a.in, a.in, a.in), dy(a.dy + row * a.out, a.columns, a.out) {
      const Index rows = tile_rows(smaller(Vectors, (a.columns + kWidth - 1) / kWidth));
      const Index steps = (a.in + rows - 1) / rows * ((a.columns + kPanel - 1) / kPanel) * pairs;
      step = smaller(Walk::kLineBytes, ((x.bytes + dy.bytes) * 2 * pairs + steps - 1) / steps);
      x_tiles = (x.bytes * 2 * pairs / step + pairs - 1) / pairs;
    }
    /// What the next tile prefetches.
    Walk& next() { return --x_tiles >= 0 ? x : dy; }
  };

  static void run(const PointwiseGradientS16Part& a) {
    alignas(64) std::int16_t x[kChannels * 2 * kPairs], dy[kPairs * 2 * kGradientColumns];
    const Index columns = (a.columns + kWidth - 1) / kWidth * kWidth;
    for (Index row = 0; row < a.rows; row += kGradientRows) {
      const Index rows = smaller(kGradientRows, a.rows - row), pairs = (rows + 1) / 2;
      const float down = round_block(a, {row, rows, columns}, dy);
      Ahead ahead(a, row + rows, pairs);
      for (Index first = 0; first < a.in; first += kChannels) {
        const Index channels = smaller(kChannels, a.in - first);
        copy_codes(a.x + row * a.in + first, a.in, rows, channels, x);
        for (Index channel = 0; channel < channels; channel += kLine) {
          for (Index column = 0; column < columns; column += kPanel) {
            const Panel panel{.x = x + channel * 2 * kPairs,
                              .dy = dy + column * 2 * kPairs,
                              .pairs = pairs,
                              .channels = smaller(kLine, channels - channel),
                              .columns = a.columns - column,
                              .dw = a.dw + (first + channel) * a.out + column,
                              .stride = a.out,
                              .down = down,
                              .add = row > 0};
            with_vectors<Vectors>(smaller(kPanel, columns - column) / kWidth,
                                  [&](auto vectors) { multiply<vectors.value>(panel, ahead); });
          }
        }
      }
    }
  }

  template <int V, class Work>
  static void with_vectors(Index vectors, const Work& work) {
    if constexpr (V > 1) {
      if (vectors < V) return with_vectors<V - 1>(vectors, work);
    }
    work(std::integral_constant<int, V>());
  }

  /// Rows of a block, and its columns in whole vectors.
  struct Block {
    Index first, rows, columns;
  };
  /// A block of dy in whole numbers; returns what they are multiples of.
  static float round_block(const PointwiseGradientS16Part& a, const Block& block, std::int16_t* to) {
    const auto [first, rows, columns] = block;
    const float* dy = a.dy + first * a.out;
    Index stride = a.out;
    alignas(64) float beside[kGradientRows * kGradientColumns];
    if (columns != a.columns) {  // the last vector is wider than dy
      for (Index row = 0; row < rows; ++row) {
        for (Index c = 0; c < columns; ++c) beside[row * columns + c] = c < a.columns ? dy[row * stride + c] : 0.0F;
      }
      dy = beside;
      stride = columns;
    }
    Int largest = I::zero();
    for (Index row = 0; row < rows; ++row) {
      const float* const at = dy + row * stride;
      for (Index c = 0; c < columns; c += kWidth) largest = I::larger_magnitude(largest, I::load(at + c));
    }
    const BlockScale scale = block_scale(I::largest_lane(largest), kGradientBits);
    for (Index row = 0; row < rows; row += 2, dy += 2 * stride) {
      const Index next = row + 1 < rows ? stride : 0;
      for (Index panel = 0; panel < columns; panel += kPanel) {
        const Index width = smaller(kPanel, columns - panel);
        std::int16_t* at = to + panel * kPairs * 2 + row * width;
        for (Index c = panel; c < panel + width; c += kWidth, at += 2 * kWidth) {
          const Int even = I::rounded(dy + c, scale.up);
          const Int odd = next > 0 ? I::rounded(dy + c + next, scale.up) : I::zero();
          I::store_words(at, I::pairs(even, odd));
        }
      }
    }
    return scale.down;
  }

  /// At most kChannels channels of x, whole rows at a time: panels of kLine, each in pairs of rows.
  [[gnu::noinline]] static void copy_codes(const std::uint8_t* x, Index stride, Index rows, Index channels,
                                           std::int16_t* to) {
    std::uint8_t padded[2][kLine] = {};
    for (Index row = 0; row < rows; row += 2, x += 2 * stride, to += 2 * kLine) {
      const bool pair = row + 1 < rows;
      for (Index channel = 0; channel < channels; channel += kLine) {
        const std::uint8_t *even = x + channel, *odd = even + stride;
        if (channels - channel < kLine || !pair) {
          for (Index c = 0; c < smaller(kLine, channels - channel); ++c) {
            padded[0][c] = even[c];
            padded[1][c] = pair ? odd[c] : std::uint8_t{0};
          }
          even = padded[0];
          odd = padded[1];
        }
        std::int16_t* const panel = to + channel * 2 * kPairs;
        for (Index c = 0; c < kLine; c += kWidth) I::store_words(panel + 2 * c, I::code_pairs(even + c, odd + c));
      }
    }
  }

  template <int V>
  [[gnu::noinline]] static void multiply(Panel p, Ahead& ahead) {
    constexpr int kRows = tile_rows(V);
    for (; p.channels > 0; p.channels -= kRows, p.x += 2 * kRows, p.dw += kRows * p.stride) {
      tile<V>(p, ahead.next(), ahead.step);
    }
  }

  /// The panel's first channels.
  template <int V>
  [[gnu::always_inline]] static void tile(const Panel& p, Walk& next, Index step) {
    constexpr int kRows = tile_rows(V);
    typename I::ShortSum sum[kRows][V];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < V; ++v) sum[r][v] = I::begin_shorts();
    }
    const std::int16_t *x = p.x, *dy = p.dy;
    Walk walk = next;
    for (Index pair = 0; pair < p.pairs; ++pair, x += 2 * kLine, dy += V * 2 * kWidth) {
      walk.prefetch(step);
      Int gradients[V];
      for (int v = 0; v < V; ++v) gradients[v] = I::load(dy + v * 2 * kWidth);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const auto codes = I::two_shorts(x + 2 * r);
        for (int v = 0; v < V; ++v) sum[r][v] = I::dot_shorts(sum[r][v], codes, gradients[v]);
      }
    }
    next = walk;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      if (r < p.channels) put<V>(p, r, sum[r]);
    }
  }

  /// A row of a tile.
  template <int V>
  [[gnu::always_inline]] static void put(const Panel& p, int row, const typename I::ShortSum (&sum)[V]) {
    for (int v = 0; v < V; ++v) {
      float* const dw = p.dw + row * p.stride + v * kWidth;
      const Index count = p.columns - v * kWidth;
      if (count >= kWidth) {
        I::put_scaled(dw, I::end_shorts(sum[v]), p.down, p.add);
        continue;
      }
      float part[kWidth] = {};
      if (p.add) store_part(part, dw, count);
      I::put_scaled(part, I::end_shorts(sum[v]), p.down, p.add);
      store_part(dw, part, count);
    }
  }
};

}  // namespace mog::kernels
