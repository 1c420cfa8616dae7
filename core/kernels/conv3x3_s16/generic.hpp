// The 3x3 convolution of 16-bit numbers, written once for every instruction set.
#pragma once

#include "core/kernels/conv3x3_s16/blocks.hpp"
#include "core/kernels/conv3x3_s16/generic_winograd.hpp"

namespace mog::kernels {

/// A tile of `Tile` vectors of sums stays in registers while the dot products run over nine taps and all pairs of a
/// group's inputs: Tile pixels of a row by one vector of outputs, or half as many pixels by two. A step takes three
/// taps of a row for one pair of inputs: each pixel's pair is broadcast once and serves up to three outputs, its own
/// and its neighbours'. Groups that share a vector have their inputs spread, not broadcast, where that is possible: see
/// Conv3x3Blocks. The vectors of outputs are the outer loop, so that their weights stay in the cache for all pixels.
/// Shapes that by_winograd names run in Conv3x3S16Winograd instead.
template <class Arch, int Tile>
struct Conv3x3S16Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;

  static constexpr Conv3x3S16Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  static Index packed_size(const Conv3x3S16Shape& shape) {
    return by_winograd(shape, I::kLanes) ? packed_winograd_size(shape, I::kLanes)
                                         : packed_conv3x3_size(shape, I::kLanes);
  }
  static void pack(const Conv3x3S16Weights& weights, std::byte* packed) {
    by_winograd(weights.shape, I::kLanes) ? pack_winograd(weights, I::kLanes, packed)
                                          : pack_conv3x3(weights, I::kLanes, packed);
  }

  /// One or two vectors of a group's outputs.
  struct Work {
    const Conv3x3S16& args;
    Conv3x3Blocks blocks;
    Index input, output, used;  // the first channels of the group and of the vectors; outputs
    const std::byte* weights;
    const std::byte* bias;
    const std::byte* places;
  };

  template <int P, int V, bool kSpread>
  [[gnu::always_inline]] static void tile(const Work& work, Index row, Index column) {
    const Conv3x3S16& args = work.args;
    const Index vector_bytes = 9 * work.blocks.pairs * I::kLanes * 4;
    const std::int16_t* const corner = args.x + row * args.x_row + column * args.x_pixel + work.input;
    const std::byte* w = work.weights;
    typename I::ShortSum sum[P][V];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = I::begin_shorts();
    }
    // Four pixels share a pointer: their addresses are it plus 0, 1, 2 or 3 strides, which needs few registers.
    constexpr int kPointers = (P + 2 + 3) / 4;
    const Index stride = args.x_pixel, steps = work.blocks.pairs;
    for (Index tap_row = 0; tap_row < 3; ++tap_row) {
      const std::int16_t* x[kPointers];
      for (int i = 0; i < kPointers; ++i) x[i] = corner + tap_row * args.x_row + 4 * i * stride;
      for (Index pair = 0; pair < steps; ++pair, w += 3 * 4 * I::kLanes) {
        const Int places = kSpread ? I::load(work.places + pair * 4 * I::kLanes) : I::zero();
        Int weights[3][V];
        for (int t = 0; t < 3; ++t) {
          for (int v = 0; v < V; ++v) weights[t][v] = I::load(w + v * vector_bytes + t * 4 * I::kLanes);
        }
#pragma GCC unroll 18
        for (int q = 0; q < P + 2; ++q) {
          const std::int16_t* const from = x[q / 4] + q % 4 * stride;
          const auto inputs = kSpread ? I::spread(from, places) : I::two_shorts(from);
#pragma GCC unroll 3
          for (int t = 0; t < 3; ++t) {
            if (q < t || q >= P + t) continue;
            for (int v = 0; v < V; ++v) sum[q - t][v] = I::dot_shorts(sum[q - t][v], inputs, weights[t][v]);
          }
        }
        for (int i = 0; i < kPointers && !kSpread; ++i) x[i] += 2;
      }
    }
    for (int v = 0; v < V; ++v) {
      const Int bias = I::load(work.bias + v * 4 * I::kLanes);
      Int total[P];
      for (int p = 0; p < P; ++p) total[p] = I::add(I::end_shorts(sum[p][v]), bias);
      GroupSums<Arch>::with_output(args, [&](auto* to, auto planes) {
        auto* const y = to + (row * args.width + column) * args.y_pixel + work.output + v * I::kLanes;
        GroupSums<Arch>::template store_row<planes>(y, args.y_pixel, args.y_plane, total, work.used - v * I::kLanes);
      });
    }
  }

  template <int P, int V, bool kSpread>
  [[gnu::always_inline]] static void tiles(const Work& work, Index row, Index column) {
    for (; column + P <= work.args.width; column += P) tile<P, V, kSpread>(work, row, column);
    if constexpr (P > 1) tiles<(P > 4 ? P / 2 : 1), V, kSpread>(work, row, column);
  }

  template <int V, bool kSpread>
  static void rows(const Work& work) {
    for (Index row = 0; row < work.args.height; ++row) tiles<Tile / V, V, kSpread>(work, row, 0);
  }

  static void run(const Conv3x3S16& args) {
    if (by_winograd(args.shape, I::kLanes)) return Conv3x3S16Winograd<Arch, Tile>::run(args);
    const Conv3x3Blocks blocks(args.shape, I::kLanes);
    const Index vector_bytes = 9 * blocks.pairs * I::kLanes * 4;
    for (Index g = 0; g < blocks.groups; ++g) {
      const std::byte* const group = args.packed + g * blocks.bytes;
      for (Index v = 0; v < blocks.vectors;) {
        const Index first = v * I::kLanes;
        const Work work{args,
                        blocks,
                        g * blocks.inputs,
                        g * blocks.outputs + first,
                        blocks.outputs - first,
                        group + v * vector_bytes,
                        group + blocks.weights + first * 4,
                        group + blocks.places};
        if (v + 1 < blocks.vectors) {
          rows<2, false>(work);
          v += 2;
        } else {
          blocks.spread ? rows<1, true>(work) : rows<1, false>(work);
          ++v;
        }
      }
    }
  }
};

}  // namespace mog::kernels
