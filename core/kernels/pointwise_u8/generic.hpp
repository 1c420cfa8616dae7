// The pointwise convolution of unsigned numbers, written once for every instruction set.
#pragma once

#include "core/kernels/generic_integers.hpp"
#include "core/kernels/pointwise_u8/blocks.hpp"

namespace mog::kernels {

/// A tile of P pixels by four vectors of channels stays in registers while the dot products run: each step takes four
/// inputs, broadcast, times the weights that 16 (8, 4) lanes have for them. A number of several bytes is taken a plane
/// at a time, from the highest, the sums being multiplied by 256 in between: the dot products of bytes do twice the
/// work of those of 16-bit words, so that two planes cost what words would, and three serve where words are too short.
/// The channels' blocks are the outer loop, so that one block's weights stay in the first-level cache for all pixels.
template <class Arch, int Pixels>
struct PointwiseU8Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  static constexpr int kVectors = kCodeVectors;
  static constexpr Index kChannels = kVectors * I::kLanes;

  static constexpr PointwiseU8Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  static Index packed_size(const PointwiseU8Shape& shape) { return packed_pointwise_size(shape, I::kLanes); }
  static void pack(const PointwiseU8Weights& weights, std::byte* packed) { pack_pointwise(weights, I::kLanes, packed); }

  /// A place in y, taken pixel by pixel.
  struct Place {
    PixelLayout layout;
    Index column = 0, offset = 0;

    [[gnu::always_inline]] void next() {
      offset += layout.pixel;
      if (++column == layout.width) {
        column = 0;
        offset += layout.row - layout.width * layout.pixel;
      }
    }
  };

  /// A block of channels of one call.
  struct Work {
    const PointwiseU8& args;
    PointwiseBlock block;
    const std::byte* packed;
    Index first, used;  // channels

    [[gnu::always_inline]] const std::byte* part(Index offset) const { return packed + offset; }
  };

  template <int P>
  [[gnu::always_inline]] static void sums(const Work& work, const std::uint8_t* x, Int (&total)[P][kVectors]) {
    const PointwiseU8& args = work.args;
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) total[p][v] = I::zero();
    }
    for (Index plane = 0; plane < args.shape.planes; ++plane, x += args.x_plane) {
      const std::byte* w = work.part(work.block.weights);
      if (plane > 0) {
        for (int p = 0; p < P; ++p) {
          for (int v = 0; v < kVectors; ++v) total[p][v] = I::times_256(total[p][v]);
        }
      }
      for (Index step = 0; step < work.block.steps;) {
        const Index rest = work.block.steps - step, end = rest > I::kByteSteps ? step + I::kByteSteps : step + rest;
        typename I::ByteSum sum[P][kVectors];
        for (int p = 0; p < P; ++p) {
          for (int v = 0; v < kVectors; ++v) sum[p][v] = I::begin_bytes(total[p][v]);
        }
        for (; step < end; ++step, w += 4 * kChannels) {
          Int weights[kVectors];
          for (int v = 0; v < kVectors; ++v) weights[v] = I::load(w + v * 4 * I::kLanes);
          for (int p = 0; p < P; ++p) {
            const auto inputs = I::four_bytes(x + p * args.x_pixel + 4 * step);
            for (int v = 0; v < kVectors; ++v) sum[p][v] = I::dot(sum[p][v], inputs, weights[v]);
          }
        }
        for (int p = 0; p < P; ++p) {
          for (int v = 0; v < kVectors; ++v) total[p][v] = I::end_bytes(total[p][v], sum[p][v]);
        }
      }
    }
    const std::byte* const bias = work.part(work.block.bias);
    for (int v = 0; v < kVectors; ++v) {
      const Int add = I::load(bias + v * 4 * I::kLanes);
      for (int p = 0; p < P; ++p) total[p][v] = I::add(total[p][v], add);
    }
  }

  /// Codes by comparisons of 32 bits, channel by channel: rare, see PointwiseBlock.
  [[gnu::noinline]] static void wide_codes(const Work& work, const Int* sums, std::uint8_t* y) {
    const auto* const levels = reinterpret_cast<const std::int32_t*>(work.part(work.block.levels));
    std::int32_t values[kChannels];
    __builtin_memcpy(values, sums, sizeof(values));
    for (Index i = 0; i < kChannels; ++i) {
      const Index natural = natural_lane(I::kLanes, i / I::kLanes, i % I::kLanes);
      if (natural >= work.used) continue;
      int code = 0;
      for (Index j = 0; j < work.args.shape.levels; ++j) code += values[i] >= levels[j * kChannels + i] ? 1 : 0;
      y[natural] = static_cast<std::uint8_t>(code);
    }
  }

  [[gnu::always_inline]] static void store(const Work& work, const Int* sums, Index offset) {
    const Index levels = work.args.shape.levels;
    if (levels == 0) {
      std::int16_t* const y = static_cast<std::int16_t*>(work.args.y) + work.first + offset;
      I::store_shorts(y, sums[0], sums[1], work.used);
      if (work.used > 2 * I::kLanes) {
        I::store_shorts(y + 2 * I::kLanes, sums[2], sums[3], work.used - 2 * I::kLanes);
      }
      return;
    }
    std::uint8_t* const y = static_cast<std::uint8_t*>(work.args.y) + work.first + offset;
    if (*work.part(work.block.wide) != std::byte{0}) {
      wide_codes(work, sums, y);
    } else {
      I::store_codes(y, sums, reinterpret_cast<const std::int16_t*>(work.part(work.block.limits)),
                     static_cast<int>(levels), reinterpret_cast<const std::uint8_t*>(work.part(work.block.base)),
                     work.used);
    }
  }

  template <int P>
  [[gnu::always_inline]] static void tile(const Work& work, Index pixel, Place& place) {
    Int total[P][kVectors];
    sums<P>(work, work.args.x + pixel * work.args.x_pixel, total);
    for (int p = 0; p < P; ++p, place.next()) store(work, total[p], place.offset);
  }

  static void run(const PointwiseU8& args) {
    const PointwiseBlock block(args.shape, I::kLanes);
    const std::byte* packed = args.packed;
    for (Index first = 0; first < args.shape.out; first += kChannels, packed += block.bytes) {
      const Index rest = args.shape.out - first;
      const Work work{args, block, packed, first, rest < kChannels ? rest : kChannels};
      Place place{args.y_layout};
      Index p = 0;
      for (; p + Pixels <= args.pixels; p += Pixels) tile<Pixels>(work, p, place);
      for (; p < args.pixels; ++p) tile<1>(work, p, place);
    }
  }
};

}  // namespace mog::kernels
