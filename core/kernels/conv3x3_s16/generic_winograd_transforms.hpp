// The transformations of Winograd's minimal filtering in integers: of a tile's inputs, and of its products.
#pragma once

#include "core/kernels/conv3x3_s16/generic_sums.hpp"
#include "core/kernels/conv3x3_s16/winograd.hpp"

namespace mog::kernels {

/// Output channels: the map's first pixel from the first of them on, and how many there are.
template <class Number>
struct OutputChannels {
  Number* y;
  Index used;
};

template <class Arch>
struct WinogradTransforms {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  using Words = typename I::Words;
  static constexpr Index kPositions = WinogradBlocks::kPositions, kTiles = WinogradBlocks::kTiles;

  // Transformed inputs lie as [chunks, positions, tiles, kChunk], in steps of so many numbers.
  static constexpr Index kChunk = 2 * I::kLanes;  // channels: a vector of words
  static constexpr Index kPad = 32;               // after each position's, against conflicts in the first-level cache
  static constexpr Index kPosition = kTiles * kChunk + kPad;
  static constexpr Index kChunkStep = kPositions * kPosition;

  /// A tile's first output pixel.
  struct Place {
    Index row, column;
  };
  struct Tiles {
    Index count;
    Place places[kTiles];
  };

  /// B' d B for `channels` channels from `channel` on. Where a map's height or width is odd, the last tile reads some
  /// pixels twice: the results that depend on them are not stored.
  static void forward(const Conv3x3S16& args, const Tiles& tiles, Index channel, Index channels, std::int16_t* y) {
    const Index height = args.height, width = args.width, x_row = args.x_row, x_pixel = args.x_pixel;
    const std::int16_t* const x = args.x + channel;
    const Index whole = channels / kChunk * kChunk;
    for (Index tile = 0; tile < tiles.count; ++tile) {
      const Index row = tiles.places[tile].row, column = tiles.places[tile].column;
      const std::int16_t* const corner = x + row * x_row + column * x_pixel;
      std::int16_t* const to = y + tile * kChunk;
      Index c = 0;
      if (row + 1 < height && column + 1 < width) {
        for (; c < whole; c += kChunk) {
          forward_chunk(to + c / kChunk * kChunkStep,
                        [&](Index i, Index j) { return I::load_all_words(corner + c + i * x_row + j * x_pixel); });
        }
      }
      for (; c < channels; c += kChunk) {
        forward_chunk(to + c / kChunk * kChunkStep, [&](Index i, Index j) {
          const Index down = row + i <= height ? i : height + 1 - row,
                      right = column + j <= width ? j : width + 1 - column;
          return I::load_words(corner + c + down * x_row + right * x_pixel, channels - c);
        });
      }
    }
  }

  /// Steps of a tile's products m [positions, tiles], in vectors.
  struct Steps {
    Index tile, position;
  };
  /// A' m A / 4 of some tiles and one vector of channels, to the output, whose planes are known here.
  template <Index kPlanes, class Number>
  [[gnu::always_inline]] static void back(const Conv3x3S16& args, const Place* places, Index count, const Int* m,
                                          Steps steps, OutputChannels<Number> channels) {
    using Sums = GroupSums<Arch>;
    const Index height = args.height, width = args.width, pixel = args.y_pixel, plane = args.y_plane;
    const Index used = channels.used;
    for (Index t = 0; t < count; ++t, m += steps.tile) {
      Int above[4], below[4];
      for (int j = 0; j < 4; ++j) {
        const auto product = [&](int i) { return m[(4 * i + j) * steps.position]; };
        const Int m1 = product(1), m2 = product(2);
        above[j] = I::add(product(0), I::add(m1, m2));
        below[j] = I::sub(I::sub(m1, m2), product(3));
      }
      const auto left = [](const Int(&x)[4]) { return I::quarter(I::add(x[0], I::add(x[1], x[2]))); };
      const auto right = [](const Int(&x)[4]) { return I::quarter(I::sub(I::sub(x[1], x[2]), x[3])); };
      const auto [row, column] = places[t];
      Number* const y = channels.y + (row * width + column) * pixel;
      Number* const next = y + width * pixel;
      const bool last_column = column + 1 == width, last_row = row + 1 == height;
      if (used >= I::kLanes && !last_column && !last_row) {
        Sums::template store_all<kPlanes>(y, y + pixel, plane, left(above), right(above));
        Sums::template store_all<kPlanes>(next, next + pixel, plane, left(below), right(below));
        continue;
      }
      Sums::template store<kPlanes>(y, plane, left(above), used);
      if (!last_column) Sums::template store<kPlanes>(y + pixel, plane, right(above), used);
      if (last_row) continue;
      Sums::template store<kPlanes>(next, plane, left(below), used);
      if (!last_column) Sums::template store<kPlanes>(next + pixel, plane, right(below), used);
    }
  }

 private:
  /// B' d B of one tile and vector of channels, with its inputs d(i, j).
  template <class Input>
  [[gnu::always_inline]] static void forward_chunk(std::int16_t* y, const Input& d) {
    Words rows[4][4];
    for (int j = 0; j < 4; ++j) {
      const Words column[4] = {d(0, j), d(1, j), d(2, j), d(3, j)};
      differences(column, rows[0][j], rows[1][j], rows[2][j], rows[3][j]);
    }
    for (int i = 0; i < 4; ++i) {
      Words v[4];
      differences(rows[i], v[0], v[1], v[2], v[3]);
      for (int j = 0; j < 4; ++j) I::store_words(y + (4 * i + j) * kPosition, v[j]);
    }
  }
  /// B' d for one column.
  [[gnu::always_inline]] static void differences(const Words (&d)[4], Words& a, Words& b, Words& c, Words& e) {
    a = I::sub_words(d[0], d[2]);
    b = I::add_words(d[1], d[2]);
    c = I::sub_words(d[2], d[1]);
    e = I::sub_words(d[1], d[3]);
  }
};

}  // namespace mog::kernels
