// The pointwise convolution of 16-bit numbers, written once for every instruction set.
#pragma once

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_s16/blocks.hpp"

namespace mog::kernels {

/// A tile of P pixels by four vectors of channels stays in registers while the dot products run: each step takes two
/// inputs, broadcast, times the weights that 16 (8, 4) lanes have for them. The channels' blocks are the outer loop, so
/// that one block's weights stay in the first-level cache for all pixels.
template <class Arch, int Pixels>
struct PointwiseS16Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  static constexpr int kVectors = kCodeVectors;

  static constexpr PointwiseS16Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  static Index packed_size(const PointwiseS16Shape& shape) { return packed_pointwise_s16_size(shape, I::kLanes); }
  static void pack(const PointwiseS16Weights& weights, std::byte* packed) {
    pack_pointwise_s16(weights, I::kLanes, packed);
  }

  /// A block of channels of one call.
  struct Work {
    const PointwiseS16& args;
    const std::byte* weights;
    Index pairs;        // of inputs
    Index first, used;  // channels
  };

  template <int P>
  [[gnu::always_inline]] static void sums(const Work& work, const std::int16_t* x, Int (&total)[P][kVectors]) {
    const Index in = work.args.shape.in;
    typename I::ShortSum sum[P][kVectors];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) sum[p][v] = I::begin_shorts();
    }
    for (Index pair = 0; pair < work.pairs; ++pair) {
      Int weights[kVectors];
      for (int v = 0; v < kVectors; ++v) weights[v] = I::load(work.weights + (pair * kVectors + v) * 4 * I::kLanes);
      for (int p = 0; p < P; ++p) {
        const auto inputs = I::two_shorts(x + p * in + 2 * pair);
        for (int v = 0; v < kVectors; ++v) sum[p][v] = I::dot_shorts(sum[p][v], inputs, weights[v]);
      }
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) total[p][v] = I::end_shorts(sum[p][v]);
    }
  }

  template <int P>
  [[gnu::always_inline]] static void tile(const Work& work, Index pixel) {
    const auto [in, out] = work.args.shape;
    Int total[P][kVectors];
    sums<P>(work, work.args.x + pixel * in, total);
    float* y = work.args.y + pixel * out + work.first;
    for (int p = 0; p < P; ++p, y += out) {
      for (int v = 0; v < kVectors && v * I::kLanes < work.used; ++v) {
        I::store_floats(y + v * I::kLanes, total[p][v], work.used - v * I::kLanes);
      }
    }
  }

  /// Tiles of P pixels as long as they fit, then smaller ones.
  template <int P>
  [[gnu::always_inline]] static void tiles(const Work& work, Index pixel) {
    for (; pixel + P <= work.args.pixels; pixel += P) tile<P>(work, pixel);
    if constexpr (P > 1) tiles<(P > 4 ? 4 : 1)>(work, pixel);
  }

  static void run(const PointwiseS16& args) {
    const PointwiseS16Blocks blocks(args.shape, I::kLanes);
    for (Index b = 0; b < blocks.count; ++b) {
      const Index first = b * blocks.channels, rest = args.shape.out - first;
      tiles<Pixels>(
          {args, args.packed + b * blocks.bytes, blocks.pairs, first, rest < blocks.channels ? rest : blocks.channels},
          0);
    }
  }
};

}  // namespace mog::kernels
