// The weight gradient of the pointwise convolution, written once for every instruction set: a block of pixels at a
// time, tiles of the result in registers.
#pragma once

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/kernels/prefetch_walk.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

/// dw = x^T dy is a small matrix and a deep sum. It is summed block by block, a block being kDepth pixels. In a block,
/// a panel of x (kLine channels) is multiplied by a panel of dy (a few vectors of columns) in tiles of dw, which stay
/// in registers while the sum over the block runs and are then added to dw. Panels are read several times, so dense
/// copies of them, codes as floats, are kept in the first-level cache; in memory their pixels are so far apart that
/// they would share a few of its sets. A panel of x is copied before it is read, a panel of dy by the first tile that
/// reads it, between multiply-adds. Each step of a sum prefetches a few bytes of the next block.
/// Everything here is a template on Arch for the one-definition rule: of an ordinary inline function the
/// linker would keep one copy, compiled for any of the instruction sets. Therefore it also calls no function
/// of the standard library.
template <class Arch, int Registers>
struct PointwiseWeightGradientLoops {
  template <class X>
  static void run(const PointwiseWeightGradientPart<X>& a) {
    alignas(64) float x[kDepth * kLine], dy[kDepth * kPointwiseColumns];
    const Index blocks = (a.rows + kDepth - 1) / kDepth;
    for (Index i = 0, row = 0; i < blocks; ++i) {
      const Index depth = a.rows * (i + 1) / blocks - row;
      Ahead ahead(a, row + depth);
      for (Index channel = 0; channel < a.in; channel += kLine) {
        const Index channels = smaller(kLine, a.in - channel);
        copy_x(a.x + row * a.in + channel, a.in, depth, channels, x);
        for_each_panel(a.columns, [&](Index column, auto columns) {
          const Block block{.x = x,
                            .dy_copy = dy + column * kDepth,
                            .dy = a.dy + row * a.out + column,
                            .dw = a.dw + channel * a.out + column,
                            .stride = a.out,
                            .depth = depth,
                            .channels = channels,
                            .add = row > 0};
          channel == 0 ? panels<true>(block, columns, ahead) : panels<false>(block, columns, ahead);
        });
      }
      row += depth;
    }
  }

 private:
  using Vector = Floats<Arch>;
  using Walk = PrefetchWalk<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  /// Pixels of a block.
  static constexpr Index kDepth = 64;
  /// Channels of a panel of x: a cache line of floats.
  static constexpr int kLine = 16;
  /// Vectors of a panel of dy.
  static constexpr int kVectors = Registers / 8;
  static constexpr Index kPanel = kVectors * kWidth;

  /// Tiles of a panel of x by V vectors: three quarters of the registers hold a tile, the others the operands.
  static constexpr int tiles_of(Index v) {
    const Index rows = smaller(kLine, Registers * 3 / 4 / v);
    return static_cast<int>((kLine + rows - 1) / rows);
  }

  /// One panel of x and one of dy, and where their product goes.
  struct Block {
    const float* x;  // copied
    float* dy_copy;
    const float* dy;  // in memory
    float* dw;
    Index stride, depth, channels;  // from row to row of dy and of dw; pixels; rows of dw
    bool add;
  };

  /// The next block of x and dy, which the tiles of this block prefetch: some of them x, the others dy. After the last
  /// block the prefetches are of no use, and an address that does not exist does no harm.
  struct Ahead {
    Walk x, dy;
    Index step, x_tiles;

    template <class X>
    Ahead(const PointwiseWeightGradientPart<X>& a, Index row)
        : x(a.x + row * a.in, a.in, a.in), dy(a.dy + row * a.out, a.columns, a.out) {
      const Index rest = (a.columns % kPanel + kWidth - 1) / kWidth;  // vectors of a last, narrower panel
      const Index across = a.columns / kPanel * tiles_of(kVectors) + (rest > 0 ? tiles_of(rest) : 0);
      const Index tiles = (a.in + kLine - 1) / kLine * across;
      step = smaller(Walk::kLineBytes, (x.bytes + dy.bytes + tiles - 1) / tiles);
      x_tiles = x.bytes / step;
    }
    /// What the next tile prefetches.
    Walk& next() { return --x_tiles >= 0 ? x : dy; }
  };

  /// Calls work(column, a Whole or a Part of as many vectors as hold the panel's columns) for the panels of dy.
  template <class Work>
  static void for_each_panel(Index columns, const Work& work) {
    Index column = 0;
    for (; column + kPanel <= columns; column += kPanel) work(column, Whole<Arch, kVectors>{});
    if (column < columns) {
      with_vectors<kVectors>(columns - column, [&](auto part) { work(column, part); });
    }
  }
  template <int V, class Work>
  static void with_vectors(Index columns, const Work& work) {
    if constexpr (V > 1) {
      if (columns <= (V - 1) * kWidth) return with_vectors<V - 1>(columns, work);
    }
    work(Part<Arch, V>{columns});
  }

  static Vector load_numbers(const float* p, Index n) { return load_first<Arch>(p, n); }
  static Vector load_numbers(const std::uint8_t* p, Index n) { return load_first_bytes<Arch>(p, n); }

  template <class X>
  [[gnu::noinline]] static void copy_x(const X* x, Index stride, Index depth, Index channels, float* to) {
    for (Index d = 0; d < depth; ++d, x += stride) {
      for (Index i = 0; i < kLine; i += kWidth, to += kWidth) {
        const Index left = channels < i ? 0 : channels - i;
        load_numbers(x + i, left < kWidth ? left : kWidth).store_aligned(to);
      }
    }
  }

  /// The product of a panel of x and one of dy, which is copied at the same time when CopyDy says so.
  template <bool CopyDy, class Columns>
  [[gnu::noinline]] static void panels(const Block& b, Columns columns, Ahead& ahead) {
    tiles<kLine, tiles_of(Columns::vectors), CopyDy>(b, columns, ahead);
  }

  /// `Rows` rows of it in nearly equal tiles.
  template <int Rows, int Tiles, bool CopyDy, class Columns>
  [[gnu::always_inline]] static void tiles(Block b, Columns columns, Ahead& ahead) {
    constexpr int kRows = (Rows + Tiles - 1) / Tiles;
    tile<kRows, CopyDy>(b, columns, ahead.next(), ahead.step);
    if constexpr (Tiles > 1) {
      b.x += kRows;
      b.dw += kRows * b.stride;
      b.channels -= kRows;
      tiles<Rows - kRows, Tiles - 1, false>(b, columns, ahead);
    }
  }

  template <int R, bool CopyDy, class Columns>
  [[gnu::always_inline]] static void tile(const Block& b, Columns columns, Walk& next, Index step) {
    constexpr int kV = Columns::vectors;
    Vector sum[R][kV];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int v = 0; v < kV; ++v) sum[r][v] = Vector(0.0F);
    }
    const float *x = b.x, *dy = b.dy;
    float* dy_copy = b.dy_copy;
    Walk walk = next;
    for (Index d = 0; d < b.depth; ++d, x += kLine, dy += b.stride, dy_copy += kV * kWidth) {
      walk.prefetch(step);
      Vector row[kV];
      for (int v = 0; v < kV; ++v) {
        row[v] = CopyDy ? columns.load(dy, v) : Vector::load_aligned(dy_copy + v * kWidth);
        if constexpr (CopyDy) row[v].store_aligned(dy_copy + v * kWidth);
      }
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const Vector element(x[r]);
        for (int v = 0; v < kV; ++v) sum[r][v] = multiply_add(element, row[v], sum[r][v]);
      }
    }
    next = walk;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      if (r < b.channels) put(columns, sum[r], b.add, b.dw + r * b.stride);
    }
  }

  template <class Columns>
  [[gnu::always_inline]] static void put(Columns columns, const Vector (&sum)[Columns::vectors], bool add, float* dw) {
    for (int v = 0; v < Columns::vectors; ++v) columns.store(dw, v, add ? columns.load(dw, v) + sum[v] : sum[v]);
  }
};

}  // namespace mog::kernels
