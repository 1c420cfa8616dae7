// The products of Winograd's convolution: at each of 16 positions two small matrices, a tile of
// the result in registers.
#pragma once

#include "core/kernels/conv3x3_f32/generic_winograd_map.hpp"

namespace mog::kernels {

/// Inputs and outputs of a block, and the tiles of a few strips that are multiplied with the same weights while these are
/// in a cache. Strips of v, m and d lie behind each other, plane by plane.
struct WinogradSizes {
  static constexpr Index kMostStrips = 4;
  Index I, Q, strips;
  Index tiles[kMostStrips];
};

/// Weights (u, and s, the sums of their gradient) are [16 positions, panels, I, lanes of the panel]: what a tile of the
/// result needs is contiguous. v, m and d are strips.
template <class Arch, int Registers>
struct WinogradProduct {
  using Vector = Floats<Arch>;
  using Map = WinogradMap<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;

  /// Vectors of the panel that starts `left` vectors before the last one of a group: 4, 2 or 1.
  static Index panel_vectors(Index left) { return left >= kMostVectors ? kMostVectors : left >= 2 ? 2 : 1; }

  /// Floats of a strip of so many channels.
  static Index strip_size(Index channels) { return channels / kWidth * Map::kPlane; }

  /// m [tiles, Q] = v [tiles, I] u [I, Q] at each position.
  [[gnu::noinline]] static void multiply(const WinogradSizes& z, const float* v, const float* u, float* m) {
    for_each_panel(z, [&]<int V>(std::integral_constant<int, V>, Index position, Index panel) {
      for (Index strip = 0; strip < z.strips; ++strip) {
        multiply_panel<tile_rows(V), V>(z.I, z.tiles[strip], v + strip * strip_size(z.I) + position, u,
                                        m + strip * strip_size(z.Q) + panel * Map::kPlane + position);
      }
      u += z.I * V * kWidth;
    });
  }

  /// s [I, Q] += v^T [I, tiles] d [tiles, Q] at each position.
  [[gnu::noinline]] static void add_outer(const WinogradSizes& z, const float* v, const float* d, float* s) {
    for_each_panel(z, [&]<int V>(std::integral_constant<int, V>, Index position, Index panel) {
      constexpr int R = kWidth < Registers / 2 / V ? int{kWidth} : Registers / 2 / V;
      for (Index i = 0; i < z.I; i += R, s += R * V * kWidth) {
        add_tile<R, V>(z, v + i / kWidth * Map::kPlane + position + i % kWidth, d + panel * Map::kPlane + position, s);
      }
    });
  }

 private:
  static constexpr int kMostVectors = Registers / 8;
  /// Rows of a tile of the result that is V vectors wide: three quarters of the registers hold it.
  static constexpr int tile_rows(int v) { return v == 1 ? Registers / 2 : Registers * 3 / 4 / v; }
  /// The next smaller tile for left-over rows: the largest power of two below.
  static constexpr int fewer_rows(int r) { return r > 8 ? 8 : r > 4 ? 4 : r > 2 ? 2 : 1; }

  /// Calls work(V) with the number of vectors as a constant: the most, or a half of that, and so on.
  template <int V, class Work>
  static void with_width(Index vectors, const Work& work) {
    if constexpr (V > 1) {
      if (vectors < V) return with_width<V / 2>(vectors, work);
    }
    work(std::integral_constant<int, V>());
  }

  /// Calls work(V, floats to the position in a plane, number of the panel's first plane) in the order of the weights.
  template <class Work>
  static void for_each_panel(const WinogradSizes& z, const Work& work) {
    for (Index position = 0; position < Map::kPlane; position += Map::kPosition) {
      for (Index left = z.Q / kWidth, panel = 0; left > 0;) {
        const Index vectors = panel_vectors(left);
        with_width<kMostVectors>(vectors, [&](auto width) { work(width, position, panel); });
        left -= vectors;
        panel += vectors;
      }
    }
  }

  /// All tiles of V vectors of outputs, R at a time and what is left in smaller numbers.
  template <int R, int V>
  static void multiply_panel(Index I, Index tiles, const float* v, const float* u, float* m) {
    for (; tiles >= R; tiles -= R, v += R * kWidth, m += R * kWidth) multiply_tiles<R, V>(I, v, u, m);
    if constexpr (R > 1) {
      if (tiles > 0) multiply_panel<fewer_rows(R), V>(I, tiles, v, u, m);
    }
  }

  template <int R, int V>
  [[gnu::always_inline]] static void multiply_tiles(Index I, const float* v, const float* u, float* m) {
    Vector sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int j = 0; j < V; ++j) sum[r][j] = Vector(0.0F);
    }
    for (Index i = 0; i < I; i += kWidth, v += Map::kPlane) {
      for (Index lane = 0; lane < kWidth; ++lane, u += V * kWidth) {
        Vector row[V];
        for (int j = 0; j < V; ++j) row[j] = Vector::load_aligned(u + j * kWidth);
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
          const Vector element(v[r * kWidth + lane]);
          for (int j = 0; j < V; ++j) sum[r][j] = multiply_add(element, row[j], sum[r][j]);
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int j = 0; j < V; ++j) sum[r][j].store_aligned(m + j * Map::kPlane + r * kWidth);
    }
  }

  /// R inputs, V vectors of outputs.
  template <int R, int V>
  [[gnu::always_inline]] static void add_tile(const WinogradSizes& z, const float* v, const float* d, float* s) {
    Vector sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int j = 0; j < V; ++j) sum[r][j] = Vector::load_aligned(s + (r * V + j) * kWidth);
    }
    for (Index strip = 0; strip < z.strips; ++strip, v += strip_size(z.I), d += strip_size(z.Q)) {
      for (Index t = 0; t < z.tiles[strip]; ++t) {
        Vector row[V];
        for (int j = 0; j < V; ++j) row[j] = Vector::load_aligned(d + j * Map::kPlane + t * kWidth);
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
          const Vector element(v[t * kWidth + r]);
          for (int j = 0; j < V; ++j) sum[r][j] = multiply_add(element, row[j], sum[r][j]);
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int j = 0; j < V; ++j) sum[r][j].store_aligned(s + (r * V + j) * kWidth);
    }
  }
};

}  // namespace mog::kernels
