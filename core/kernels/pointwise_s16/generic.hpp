// The pointwise convolution of 16-bit numbers, written once for every instruction set.
#pragma once

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_s16/blocks.hpp"

namespace mog::kernels {

/// A tile of P pixels by V vectors of channels stays in registers while the dot products run: each step takes two
/// inputs, broadcast, times the weights that 16 (8, 4) lanes have for them. Four vectors share a broadcast; where fewer
/// vectors are left, more pixels fill the registers. The channels' blocks are the outer loop, so that one block's
/// weights stay in the first-level cache for all pixels.
template <class Arch, int Pixels>
struct PointwiseS16Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;

  static constexpr PointwiseS16Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  static Index packed_size(const PointwiseS16Shape& shape) { return packed_pointwise_s16_size(shape, I::kLanes); }
  static void pack(const PointwiseS16Weights& weights, std::byte* packed) {
    pack_pointwise_s16(weights, I::kLanes, packed);
  }

  /// A block of channels of one call.
  struct Work {
    const PointwiseS16& args;
    PointwiseS16Block block;
    const std::byte* weights;
    Index first;  // channel
  };

  template <int P, int V>
  [[gnu::always_inline]] static void sums(const Work& work, const std::int16_t* first, Int (&total)[P][V]) {
    const Index in = work.args.shape.in;
    // Four pixels share a pointer: their addresses are it plus 0, 1, 2 or 3 times `in`, which needs few registers.
    constexpr int kPointers = (P + 3) / 4;
    const std::int16_t* x[kPointers];
    for (int i = 0; i < kPointers; ++i) x[i] = first + 4 * i * in;
    typename I::ShortSum sum[P][V];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = I::begin_shorts();
    }
    const std::byte* w = work.weights;
    for (Index pair = 0; pair < work.block.pairs; ++pair, w += V * 4 * I::kLanes) {
      Int weights[V];
      for (int v = 0; v < V; ++v) weights[v] = I::load(w + v * 4 * I::kLanes);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const auto inputs = I::two_shorts(x[p / 4] + p % 4 * in);
        for (int v = 0; v < V; ++v) sum[p][v] = I::dot_shorts(sum[p][v], inputs, weights[v]);
      }
      for (int i = 0; i < kPointers; ++i) x[i] += 2;
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) total[p][v] = I::end_shorts(sum[p][v]);
    }
  }

  template <int P, int V>
  [[gnu::always_inline]] static void tile(const Work& work, Index pixel) {
    const auto [in, out] = work.args.shape;
    const Index last = work.block.channels - (V - 1) * I::kLanes;  // of the last vector
    Int total[P][V];
    sums<P, V>(work, work.args.x + pixel * in, total);
    float* y = work.args.y + pixel * out + work.first;
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p, y += out) {
      for (int v = 0; v + 1 < V; ++v) I::store_floats(y + v * I::kLanes, total[p][v], I::kLanes);
      I::store_floats(y + (V - 1) * I::kLanes, total[p][V - 1], last);
    }
  }

  /// Tiles of P pixels as long as they fit, then smaller ones.
  template <int P, int V>
  [[gnu::always_inline]] static void tiles(const Work& work, Index pixel) {
    for (; pixel + P <= work.args.pixels; pixel += P) tile<P, V>(work, pixel);
    if constexpr (P > 1) tiles<(P > 4 ? 4 : 1), V>(work, pixel);
  }

  /// A block of V vectors.
  template <int V>
  [[gnu::noinline]] static void block_of(const Work& work) {
    constexpr int kMost = Pixels * kCodeVectors / V;
    tiles<(kMost < 16 ? kMost : 16), V>(work, 0);
  }

  static void run(const PointwiseS16& args) {
    const std::byte* packed = args.packed;
    for (Index first = 0; first < args.shape.out; first += kCodeVectors * I::kLanes) {
      const PointwiseS16Block block(args.shape, I::kLanes, first);
      const Work work{args, block, packed, first};
      switch (block.vectors) {
        case 1: block_of<1>(work); break;
        case 2: block_of<2>(work); break;
        case 3: block_of<3>(work); break;
        default: block_of<4>(work);
      }
      packed += block.bytes;
    }
  }
};

}  // namespace mog::kernels
