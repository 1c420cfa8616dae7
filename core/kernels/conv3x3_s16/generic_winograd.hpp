// The 3x3 convolution of 16-bit numbers by Winograd's minimal filtering, written once for every instruction set.
#pragma once

#include "core/kernels/conv3x3_s16/generic_winograd_transforms.hpp"

namespace mog::kernels {

/// Tiles of 2x2 output pixels, 16 at once: their 4x4 inputs are transformed, the 16 positions of the result are
/// multiplied by the weights, each position by itself, `Tile` vectors of sums in registers, and the products are
/// transformed back.
template <class Arch, int Tile>
struct Conv3x3S16Winograd {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  using Transforms = WinogradTransforms<Arch>;
  using Tiles = typename Transforms::Tiles;
  static constexpr Index kPositions = WinogradBlocks::kPositions, kTiles = WinogradBlocks::kTiles;
  static constexpr Index kBiased = 5;  // the position whose sum begins with the bias

  static void run(const Conv3x3S16& args) {
    const WinogradBlocks blocks(args.shape, I::kLanes);
    alignas(64) std::int16_t inputs[WinogradBlocks::kMostInputs / Transforms::kChunk * Transforms::kChunkStep];
    const Index count = (args.height + 1) / 2 * ((args.width + 1) / 2);
    Tiles tiles{0, {}};
    typename Transforms::Place next{0, 0};
    for (Index first = 0; first < count; first += kTiles) {
      tiles.count = count - first < kTiles ? count - first : kTiles;
      for (Index tile = 0; tile < tiles.count; ++tile) {
        tiles.places[tile] = next;
        next.column += 2;
        if (next.column >= args.width) next = {next.row + 2, 0};
      }
      for (Index g = 0; g < blocks.groups; g += blocks.joined) {
        Transforms::forward(args, tiles, g * blocks.inputs, blocks.joined * blocks.inputs, inputs);
        for (Index member = 0; member < blocks.joined; ++member) {
          multiply(args, blocks, tiles, g + member, inputs + member * blocks.inputs);
        }
      }
    }
  }

 private:
  /// One or two vectors of a group's outputs.
  struct Work {
    const Conv3x3S16& args;
    const Tiles& tiles;
    Index pairs;                 // of inputs
    const std::int16_t* inputs;  // transformed, the group's first
    const std::int8_t* weights;  // of the vectors, which are `vector` bytes apart
    Index vector;
    const std::byte* bias;
    Index output, used;  // the first channel of the map, and how many there are in the group from it on
  };

  /// A group's outputs for some tiles.
  static void multiply(const Conv3x3S16& args, const WinogradBlocks& blocks, const Tiles& tiles, Index group,
                       const std::int16_t* inputs) {
    const std::byte* const packed = args.packed + group * blocks.bytes;
    const Index vector = kPositions * blocks.pairs * I::kLanes * 2;
    for (Index v = 0; v < blocks.vectors;) {
      const Index first = v * I::kLanes;
      const Work work{args,
                      tiles,
                      blocks.pairs,
                      inputs,
                      reinterpret_cast<const std::int8_t*>(packed) + v * vector,
                      vector,
                      packed + blocks.bias + first * 4,
                      group * blocks.outputs + first,
                      blocks.outputs - first};
      if (v + 1 < blocks.vectors) {
        parts<2>(work);
        v += 2;
      } else {
        parts<1>(work);
        ++v;
      }
    }
  }

  template <int V>
  [[gnu::noinline]] static void parts(const Work& work) {
    constexpr int kPart = Tile / V;
    alignas(64) Int products[kPositions][kPart][V];
    for (Index tile = 0; tile < work.tiles.count; tile += kPart) {
      const Index rest = work.tiles.count - tile, count = rest < kPart ? rest : kPart;
      for (Index position = 0; position < kPositions; ++position) {
        pieces<kPart, V>(work, position, tile, 0, count, products[position]);
      }
      GroupSums<Arch>::with_output(work.args, [&]<class Number>(Number* to, auto planes) {
        for (int v = 0; v < V; ++v) {
          const OutputChannels<Number> channels{to + work.output + v * I::kLanes, work.used - v * I::kLanes};
          Transforms::template back<planes>(work.args, work.tiles.places + tile, count, &products[0][0][v],
                                            {V, kPart * V}, channels);
        }
      });
    }
  }

  /// Tiles P at a time as long as they fit, then fewer.
  template <int P, int V>
  [[gnu::always_inline]] static void pieces(const Work& work, Index position, Index tile, Index done, Index count,
                                            Int (*products)[V]) {
    for (; done + P <= count; done += P) sums<P, V>(work, position, tile + done, products + done);
    if constexpr (P > 1) pieces<(P > 4 ? P / 2 : 1), V>(work, position, tile, done, count, products);
  }

  template <int P, int V>
  [[gnu::always_inline]] static void sums(const Work& work, Index position, Index tile, Int (*products)[V]) {
    const std::int8_t* w = work.weights + position * work.pairs * I::kLanes * 2;
    const std::int16_t* chunk = work.inputs + position * Transforms::kPosition + tile * Transforms::kChunk;
    typename I::ShortSum sum[P][V];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = I::begin_shorts();
    }
    for (Index pair = 0; pair < work.pairs; pair += I::kLanes, chunk += Transforms::kChunkStep) {
      const Index rest = work.pairs - pair, count = rest < I::kLanes ? rest : I::kLanes;
      const std::int16_t* const end = chunk + 2 * count;
      for (const std::int16_t* x = chunk; x < end; x += 2, w += I::kLanes * 2) {
        Int weights[V];
        for (int v = 0; v < V; ++v) weights[v] = I::widen(w + v * work.vector);
#pragma GCC unroll 16
        for (int p = 0; p < P; ++p) {
          const auto inputs = I::two_shorts(x + p * Transforms::kChunk);
          for (int v = 0; v < V; ++v) sum[p][v] = I::dot_shorts(sum[p][v], inputs, weights[v]);
        }
      }
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) products[p][v] = I::end_shorts(sum[p][v]);
    }
    if (position != kBiased) return;
    for (int v = 0; v < V; ++v) {
      const Int bias = I::load(work.bias + v * 4 * I::kLanes);
      for (int p = 0; p < P; ++p) products[p][v] = I::add(products[p][v], bias);
    }
  }
};

}  // namespace mog::kernels
