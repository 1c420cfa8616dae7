// The 3x3 convolution of 16-bit numbers by Winograd's minimal filtering, written once for every instruction set.
#pragma once

#include "core/kernels/conv3x3_s16/generic_sums.hpp"
#include "core/kernels/conv3x3_s16/winograd.hpp"

namespace mog::kernels {

/// Tiles of 2x2 output pixels, up to 16 at once: their 4x4 inputs are transformed, the 16 positions of the result are
/// multiplied by the weights, each position by itself, `Tile` vectors of sums in registers, and the products are
/// transformed back. Where a map's height or width is odd, the last tile reads some pixels twice: what it computes of
/// them is not stored, and nothing else depends on them.
template <class Arch, int Tile>
struct Conv3x3S16Winograd {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  using Words = typename I::Words;
  static constexpr Index kPositions = WinogradBlocks::kPositions, kTiles = WinogradBlocks::kTiles;
  static constexpr Index kPad = 32;  // words between positions, against conflicts in the first-level cache

  static void run(const Conv3x3S16& args) {
    const WinogradBlocks blocks(args.shape, I::kLanes);
    alignas(64) std::int16_t inputs[WinogradBlocks::kWords + kPositions * kPad];
    const Index count = (args.height + 1) / 2 * ((args.width + 1) / 2), most = blocks.tiles();
    Strip strip{args, blocks, 0, {}, inputs, most * blocks.width + kPad};
    Place next{0, 0};
    for (Index first = 0; first < count; first += most) {
      strip.tiles = count - first < most ? count - first : most;
      for (Index tile = 0; tile < strip.tiles; ++tile) {
        strip.places[tile] = next;
        next.column += 2;
        if (next.column >= args.width) next = {next.row + 2, 0};
      }
      for (Index g = 0; g < blocks.groups; g += blocks.joined) {
        transform(strip, g * blocks.inputs);
        for (Index member = 0; member < blocks.joined; ++member) multiply(strip, g + member, member * blocks.inputs);
      }
    }
  }

 private:
  /// A tile's first output pixel.
  struct Place {
    Index row, column;
  };
  struct Strip {
    const Conv3x3S16& args;
    const WinogradBlocks& blocks;
    Index tiles;
    Place places[kTiles];
    std::int16_t* inputs;  // transformed: [positions, tiles, width]
    Index position;        // words between positions
  };

  /// B' d B for the channels of some groups from `channel` on.
  static void transform(const Strip& strip, Index channel) {
    const Conv3x3S16& args = strip.args;
    const Index channels = strip.blocks.joined * strip.blocks.inputs;
    for (Index tile = 0; tile < strip.tiles; ++tile) {
      const auto [row, column] = strip.places[tile];
      const std::int16_t* rows_of_x[4];
      Index columns_of_x[4];
      for (Index i = 0; i < 4; ++i) {
        rows_of_x[i] = args.x + (row + i <= args.height ? row + i : args.height + 1) * args.x_row + channel;
        columns_of_x[i] = (column + i <= args.width ? column + i : args.width + 1) * args.x_pixel;
      }
      for (Index c = 0; c < channels; c += 2 * I::kLanes) {
        Words rows[4][4];
        for (int j = 0; j < 4; ++j) {
          Words d[4];
          for (int i = 0; i < 4; ++i) d[i] = I::load_words(rows_of_x[i] + columns_of_x[j] + c, channels - c);
          differences(d, rows[0][j], rows[1][j], rows[2][j], rows[3][j]);
        }
        std::int16_t* const y = strip.inputs + tile * strip.blocks.width + c;
        for (int i = 0; i < 4; ++i) {
          Words v[4];
          differences(rows[i], v[0], v[1], v[2], v[3]);
          for (int j = 0; j < 4; ++j) I::store_words(y + (4 * i + j) * strip.position, v[j]);
        }
      }
    }
  }
  /// B' d for one column.
  [[gnu::always_inline]] static void differences(const Words (&d)[4], Words& a, Words& b, Words& c, Words& e) {
    a = I::sub_words(d[0], d[2]);
    b = I::add_words(d[1], d[2]);
    c = I::sub_words(d[2], d[1]);
    e = I::sub_words(d[1], d[3]);
  }

  /// A group's outputs for the strip; its inputs begin at `input` of the transformed ones.
  static void multiply(const Strip& strip, Index group, Index input) {
    const WinogradBlocks& blocks = strip.blocks;
    const std::byte* const packed = strip.args.packed + group * blocks.bytes;
    for (Index v = 0; v < blocks.vectors;) {
      const Index left = blocks.outputs - v * I::kLanes;
      const Work work{strip, packed, group * blocks.outputs + v * I::kLanes, v, input, left};
      if (v + 1 < blocks.vectors) {
        parts<2>(work);
        v += 2;
      } else {
        parts<1>(work);
        ++v;
      }
    }
  }

  /// One or two vectors of a group's outputs.
  struct Work {
    const Strip& strip;
    const std::byte* packed;
    Index output, vector, input, used;  // channels of the map, vectors of the group, transformed inputs, outputs left
  };

  template <int V>
  [[gnu::always_inline]] static void parts(const Work& work) {
    constexpr int kPart = Tile / V;
    alignas(64) Int products[kPositions][kPart][V];
    for (Index tile = 0; tile < work.strip.tiles; tile += kPart) {
      const Index rest = work.strip.tiles - tile, count = rest < kPart ? rest : kPart;
      for (Index position = 0; position < kPositions; ++position) {
        pieces<kPart, V>(work, position, tile, 0, count, products[position]);
      }
      for (Index t = 0; t < count; ++t) {
        for (int v = 0; v < V; ++v) transform_back<V, kPart>(work, products, tile + t, t, v);
      }
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
    const WinogradBlocks& blocks = work.strip.blocks;
    const Index step = I::kLanes * 2, vector = kPositions * blocks.pairs * step, stride = blocks.width;
    const auto* w =
        reinterpret_cast<const std::int8_t*>(work.packed) + work.vector * vector + position * blocks.pairs * step;
    const std::int16_t* const from = work.strip.inputs + position * work.strip.position + tile * stride + work.input;
    // Four tiles share a pointer: their addresses are it plus 0, 1, 2 or 3 strides, which needs few registers.
    constexpr int kPointers = (P + 3) / 4;
    const std::int16_t* x[kPointers];
    for (int i = 0; i < kPointers; ++i) x[i] = from + 4 * i * stride;
    typename I::ShortSum sum[P][V];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = I::begin_shorts();
    }
    for (Index pair = 0; pair < blocks.pairs; ++pair, w += step) {
      Int weights[V];
      for (int v = 0; v < V; ++v) weights[v] = I::widen(w + v * vector);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const auto inputs = I::two_shorts(x[p / 4] + p % 4 * stride);
        for (int v = 0; v < V; ++v) sum[p][v] = I::dot_shorts(sum[p][v], inputs, weights[v]);
      }
      for (int i = 0; i < kPointers; ++i) x[i] += 2;
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) products[p][v] = I::end_shorts(sum[p][v]);
    }
  }

  /// A' m A of one tile and vector, to the output.
  template <int V, int P>
  [[gnu::always_inline]] static void transform_back(const Work& work, const Int (&m)[kPositions][P][V], Index tile,
                                                    Index t, int v) {
    Int above[4], below[4];
    for (int j = 0; j < 4; ++j) {
      const Int m1 = m[4 + j][t][v], m2 = m[8 + j][t][v];
      above[j] = I::add(m[j][t][v], I::add(m1, m2));
      below[j] = I::sub(I::sub(m1, m2), m[12 + j][t][v]);
    }
    const Conv3x3S16& args = work.strip.args;
    const Int bias = I::load(work.packed + work.strip.blocks.bias + (work.vector + v) * 4 * I::kLanes);
    const auto [row, column] = work.strip.places[tile];
    const Index size = GroupSums<Arch>::element_size(args.shape.planes);
    std::uint8_t* const y = args.y + (row * args.width + column) * args.y_pixel + (work.output + v * I::kLanes) * size;
    const auto store = [&](std::uint8_t* to, Int sum) {
      GroupSums<Arch>::store(args, to, I::add(I::quarter(sum), bias), work.used - v * I::kLanes);
    };
    const bool right = column + 1 < args.width;
    store(y, I::add(above[0], I::add(above[1], above[2])));
    if (right) store(y + args.y_pixel, I::sub(I::sub(above[1], above[2]), above[3]));
    if (row + 1 == args.height) return;
    std::uint8_t* const next = y + args.width * args.y_pixel;
    store(next, I::add(below[0], I::add(below[1], below[2])));
    if (right) store(next + args.y_pixel, I::sub(I::sub(below[1], below[2]), below[3]));
  }
};

}  // namespace mog::kernels
