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

  /// A block of channels of one call.
  struct Work {
    const PointwiseU8& args;
    PointwiseBlock block;
    const std::byte* packed;
    Index first, used;  // channels

    [[gnu::always_inline]] const std::byte* part(Index offset) const { return packed + offset; }
  };

  /// Adds `steps` times four inputs of one plane to the sums.
  template <int P>
  [[gnu::always_inline]] static void add_steps(const std::uint8_t* x, Index x_pixel, const std::byte* w, Index steps,
                                               Int (&total)[P][kVectors]) {
    typename I::ByteSum sum[P][kVectors];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) sum[p][v] = I::begin_bytes(total[p][v]);
    }
    for (Index step = 0; step < steps; ++step) {
      Int weights[kVectors];
      for (int v = 0; v < kVectors; ++v) weights[v] = I::load(w + (step * kVectors + v) * 4 * I::kLanes);
      for (int p = 0; p < P; ++p) {
        const auto inputs = I::four_bytes(x + p * x_pixel + 4 * step);
        for (int v = 0; v < kVectors; ++v) sum[p][v] = I::dot(sum[p][v], inputs, weights[v]);
      }
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVectors; ++v) total[p][v] = I::end_bytes(total[p][v], sum[p][v]);
    }
  }

  template <int P>
  [[gnu::always_inline]] static void add_plane(const Work& work, const std::uint8_t* x, Int (&total)[P][kVectors]) {
    const std::byte* const w = work.part(work.block.weights);
    const Index x_pixel = work.args.x_pixel, steps = work.block.steps;
    if constexpr (I::kByteSteps == 0) {
      add_steps<P>(x, x_pixel, w, steps, total);
    } else {
      for (Index step = 0; step < steps; step += I::kByteSteps) {
        const Index rest = steps - step;
        add_steps<P>(x + 4 * step, x_pixel, w + step * 4 * kChannels, rest < I::kByteSteps ? rest : I::kByteSteps,
                     total);
      }
    }
  }

  template <int P>
  [[gnu::always_inline]] static void sums(const Work& work, const std::uint8_t* x, Int (&total)[P][kVectors]) {
    const auto bias = [&](int v) { return I::load(work.part(work.block.bias) + v * 4 * I::kLanes); };
    const Index last = work.args.shape.planes - 1;
    if (last == 0) {
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < kVectors; ++v) total[p][v] = bias(v);
      }
    } else {
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < kVectors; ++v) total[p][v] = I::zero();
      }
      for (Index plane = 0; plane < last; ++plane, x += work.args.x_plane) {
        add_plane<P>(work, x, total);
        for (int p = 0; p < P; ++p) {
          for (int v = 0; v < kVectors; ++v) total[p][v] = I::times_256(total[p][v]);
        }
      }
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < kVectors; ++v) total[p][v] = I::add(total[p][v], bias(v));
      }
    }
    add_plane<P>(work, x, total);
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

  [[gnu::always_inline]] static void store_shorts(const Work& work, const Int* sums, Index offset) {
    std::int16_t* const y = static_cast<std::int16_t*>(work.args.y) + work.first + offset;
    I::store_shorts(y, sums[0], sums[1], work.used);
    if (work.used > 2 * I::kLanes) I::store_shorts(y + 2 * I::kLanes, sums[2], sums[3], work.used - 2 * I::kLanes);
  }

  enum class Output { shorts, codes, wide_codes };

  /// What becomes of a pixel's sums is spelt out for each pixel of a tile, so that they never leave the registers.
  template <Output kOutput, int P>
  [[gnu::always_inline]] static void tile(const Work& work, Index pixel, PixelPlace& place) {
    Int total[P][kVectors];
    sums<P>(work, work.args.x + pixel * work.args.x_pixel, total);
    std::uint8_t* const y = static_cast<std::uint8_t*>(work.args.y) + work.first;
#pragma GCC unroll 8
    for (int p = 0; p < P; ++p, place.next()) {
      if constexpr (kOutput == Output::shorts) {
        store_shorts(work, total[p], place.offset);
      } else if constexpr (kOutput == Output::wide_codes) {
        wide_codes(work, total[p], y + place.offset);
      } else {
        I::store_codes(y + place.offset, total[p], reinterpret_cast<const std::int16_t*>(work.part(work.block.limits)),
                       static_cast<int>(work.args.shape.levels),
                       reinterpret_cast<const std::uint8_t*>(work.part(work.block.base)), work.used);
      }
    }
  }

  /// Tiles of P pixels as long as they fit, then smaller ones.
  template <Output kOutput, int P>
  [[gnu::always_inline]] static void tiles(const Work& work, Index pixel, PixelPlace& place) {
    for (; pixel + P <= work.args.pixels; pixel += P) tile<kOutput, P>(work, pixel, place);
    if constexpr (P > 1) tiles<kOutput, (P > 4 ? 4 : 1)>(work, pixel, place);
  }

  template <Output kOutput>
  [[gnu::noinline]] static void block_of(const Work& work) {
    PixelPlace place{work.args.y_layout};
    tiles<kOutput, Pixels>(work, 0, place);
  }

  static void run(const PointwiseU8& args) {
    const PointwiseBlock block(args.shape, I::kLanes);
    const std::byte* packed = args.packed;
    for (Index first = 0; first < args.shape.out; first += kChannels, packed += block.bytes) {
      const Index rest = args.shape.out - first;
      const Work work{args, block, packed, first, rest < kChannels ? rest : kChannels};
      if (args.shape.levels == 0) {
        block_of<Output::shorts>(work);
      } else if (*work.part(block.wide) == std::byte{0}) {
        block_of<Output::codes>(work);
      } else {
        block_of<Output::wide_codes>(work);
      }
    }
  }
};

}  // namespace mog::kernels
