// The pointwise convolution of unsigned numbers, written once for every instruction set.
#pragma once

#include "core/kernels/pointwise_u8/generic_codes.hpp"

namespace mog::kernels {

/// A tile of P pixels by V vectors of channels stays in registers while the dot products run: each step takes four
/// inputs, broadcast, times the weights that 16 (8, 4) lanes have for them; where fewer than four vectors are left,
/// more pixels fill the registers. Numbers of several bytes are taken a plane at a time, from the highest, and the sums
/// are multiplied by 256 in between: dot products of bytes do twice the work of those of 16-bit words, so that two
/// planes cost what words would, and three serve where words are too short. The channels' blocks are the outer loop, so
/// that one block's weights stay in the first-level cache for all pixels.
template <class Arch, int Pixels>
struct PointwiseU8Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;

  static constexpr PointwiseU8Kernel kernel(Isa isa) { return {isa, packed_size, pack, run}; }

 private:
  static Index packed_size(const PointwiseU8Shape& shape) { return packed_pointwise_size(shape, I::kLanes); }
  static void pack(const PointwiseU8Weights& weights, std::byte* packed) { pack_pointwise(weights, I::kLanes, packed); }

  /// A block of channels of one call.
  struct Work {
    const PointwiseU8& args;
    PointwiseBlock block;
    const std::byte* packed;
    Index first;  // channel

    [[gnu::always_inline]] const std::byte* part(Index offset) const { return packed + offset; }
  };

  /// Adds `steps` times four inputs of one plane to the sums.
  template <int P, int V>
  [[gnu::always_inline]] static void add_steps(const std::uint8_t* first, Index x_pixel, const std::byte* w,
                                               Index steps, Int (&total)[P][V]) {
    // Four pixels share a pointer: their addresses are it plus 0, 1, 2 or 3 times x_pixel, which needs few registers.
    constexpr int kPointers = (P + 3) / 4;
    const std::uint8_t* x[kPointers];
    for (int i = 0; i < kPointers; ++i) x[i] = first + 4 * i * x_pixel;
    typename I::ByteSum sum[P][V];
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) sum[p][v] = I::begin_bytes(total[p][v]);
    }
    for (Index step = 0; step < steps; ++step, w += V * 4 * I::kLanes) {
      Int weights[V];
      for (int v = 0; v < V; ++v) weights[v] = I::load(w + v * 4 * I::kLanes);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const auto inputs = I::four_bytes(x[p / 4] + p % 4 * x_pixel);
        for (int v = 0; v < V; ++v) sum[p][v] = I::dot(sum[p][v], inputs, weights[v]);
      }
      for (int i = 0; i < kPointers; ++i) x[i] += 4;
    }
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < V; ++v) total[p][v] = I::end_bytes(total[p][v], sum[p][v]);
    }
  }

  template <int P, int V>
  [[gnu::always_inline]] static void add_plane(const Work& work, const std::uint8_t* x, Int (&total)[P][V]) {
    const std::byte* const w = work.part(work.block.weights);
    const Index x_pixel = work.args.x_pixel, steps = work.block.steps;
    if constexpr (I::kByteSteps == 0) {
      add_steps<P, V>(x, x_pixel, w, steps, total);
    } else {
      for (Index step = 0; step < steps; step += I::kByteSteps) {
        const Index rest = steps - step;
        add_steps<P, V>(x + 4 * step, x_pixel, w + step * 4 * V * I::kLanes,
                        rest < I::kByteSteps ? rest : I::kByteSteps, total);
      }
    }
  }

  template <int P, int V>
  [[gnu::always_inline]] static void sums(const Work& work, const std::uint8_t* x, Int (&total)[P][V]) {
    const auto bias = [&](int v) { return I::load(work.part(work.block.bias) + v * 4 * I::kLanes); };
    const Index last = work.args.shape.planes - 1;
    if (last == 0) {
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < V; ++v) total[p][v] = bias(v);
      }
    } else {
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < V; ++v) total[p][v] = I::zero();
      }
      for (Index plane = 0; plane < last; ++plane, x += work.args.x_plane) {
        add_plane<P, V>(work, x, total);
        for (int p = 0; p < P; ++p) {
          for (int v = 0; v < V; ++v) total[p][v] = I::times_256(total[p][v]);
        }
      }
      for (int p = 0; p < P; ++p) {
        for (int v = 0; v < V; ++v) total[p][v] = I::add(total[p][v], bias(v));
      }
    }
    add_plane<P, V>(work, x, total);
  }

  enum class Output { shorts, codes, wide_codes };

  /// Written out for each pixel of a tile, so that the sums never leave the registers.
  template <int P, int V>
  [[gnu::always_inline]] static void store_shorts(const Work& work, const Int (&total)[P][V], PixelPlace& place) {
    std::int16_t* const y = work.args.y.shorts + work.first;
    const Index channels = work.block.channels, rest = channels - 2 * I::kLanes;
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p, place.next()) {
      std::int16_t* const to = y + place.offset;
      if constexpr (V == 1) {
        I::store_saturated(to, total[p][0], channels);
      } else {
        I::store_shorts(to, total[p][0], total[p][1], channels);
        if constexpr (V == 4) I::store_shorts(to + 2 * I::kLanes, total[p][2], total[p][3], rest);
      }
    }
  }

  template <int P, int V, class Coder>
  [[gnu::always_inline]] static void store_codes(const Work& work, const Coder& coder, const Int (&total)[P][V],
                                                 PixelPlace& place) {
    std::uint8_t* const y = work.args.y.bytes + work.first;
    const Index channels = work.block.channels;
    constexpr int kTogether = V == 2 && P % 2 == 0 ? 2 : 1;
#pragma GCC unroll 16
    for (int p = 0; p < P; p += kTogether, place.next()) {
      std::uint8_t* const to = y + place.offset;
      if constexpr (V == 4) {
        I::store_codes(to, coder(total[p]), channels);
      } else if constexpr (kTogether == 2) {
        place.next();
        const Int both[4] = {total[p][0], total[p][1], total[p + 1][0], total[p + 1][1]};
        I::store_halves(to, y + place.offset, coder(both), channels);
      } else {
        const Int one[4] = {total[p][0], total[p][1], I::zero(), I::zero()};
        I::store_codes(to, coder(one), channels);
      }
    }
  }

  /// Tiles of P pixels as long as they fit, then smaller ones.
  template <Output kOutput, int P, int V>
  [[gnu::always_inline]] static void tiles(const Work& work, Index pixel, PixelPlace& place) {
    for (; pixel + P <= work.args.pixels; pixel += P) {
      Int total[P][V];
      sums<P, V>(work, work.args.x + pixel * work.args.x_pixel, total);
      if constexpr (kOutput == Output::shorts) {
        store_shorts<P, V>(work, total, place);
      } else if constexpr (kOutput == Output::codes) {
        store_codes(work, NarrowCodes<Arch>(work.args.shape, work.block, work.packed), total, place);
      } else {
        store_codes(work, WideCodes<Arch, V>(work.args.shape, work.block, work.packed), total, place);
      }
    }
    if constexpr (P > 1) tiles<kOutput, (P > 4 ? 4 : 1), V>(work, pixel, place);
  }

  /// A block of V vectors.
  template <Output kOutput, int V>
  [[gnu::noinline]] static void block_of(const Work& work) {
    constexpr int kMost = Pixels * kCodeVectors / V;
    PixelPlace place{work.args.y_layout};
    tiles<kOutput, (kMost < 16 ? kMost : 16), V>(work, 0, place);
  }

  template <Output kOutput>
  [[gnu::always_inline]] static void block_of(const Work& work) {
    work.block.vectors == 4 ? block_of<kOutput, 4>(work) : block_of<kOutput, 2>(work);
  }

  static void run(const PointwiseU8& args) {
    const std::byte* packed = args.packed;
    for (Index first = 0; first < args.shape.out; first += kCodeVectors * I::kLanes) {
      const PointwiseBlock block(args.shape, I::kLanes, first);
      const Work work{args, block, packed, first};
      if (block.vectors == 1) {
        block_of<Output::shorts, 1>(work);
      } else if (args.shape.levels == 0) {
        block_of<Output::shorts>(work);
      } else if (*work.part(block.wide) == std::byte{0}) {
        block_of<Output::codes>(work);
      } else {
        block_of<Output::wide_codes>(work);
      }
      packed += block.bytes;
    }
  }
};

}  // namespace mog::kernels
