// The 3x3 weight gradient with rounded gradients, written once for every instruction set.
#pragma once

#include "core/kernels/conv3x3_gradient_s16/strips.hpp"
#include "core/kernels/generic_integers.hpp"
#include "core/kernels/rounded_blocks.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Dot products of 16-bit numbers add two neighbouring columns at once. Of B^T x the pairs begin at even columns; each
/// meets the pairs of A dy that begin a column later, there, and a column before, for the taps s = 0, 1, 2. So those of
/// A dy begin at every column. A tile of R inputs, three taps and V vectors of outputs stays in registers while the sum
/// runs over a block: R numbers of x, broadcast, and 3 V vectors of dy for 3 R V dot products.
/// Everything here is a template for the one-definition rule: of an ordinary inline function the linker would keep one
/// copy, compiled for any of the instruction sets. Therefore it also calls no function of the standard library.
template <class Arch, int Tile>
struct Conv3x3GradientS16Loops {
  using I = Integers<Arch>;
  using Int = typename I::Int;
  using Words = typename I::Words;
  static constexpr Conv3x3GradientS16Kernel kernel(Isa isa) { return {isa, run}; }

 private:
  using Strip = GradientStrip<Arch>;
  static constexpr Index kWidth = I::kLanes;
  static constexpr Index kAhead = 2 * kGradientBlockColumns;  // pixels of a block

  static bool run(const Conv3x3GradientS16Part& part) {
    const Index inputs = part.sizes.in / part.sizes.groups, outputs = part.sizes.out / part.sizes.groups;
    std::int16_t* const x = part.scratch;
    std::int16_t* const dy = x + gradient_inputs_size(inputs);
    Strip strip(part);
    bool fits = true;
    while (strip.next()) {
      for (Index group = part.group_begin; group < part.group_end; ++group) {
        const std::uint32_t largest = transform_inputs(part, strip, group * inputs, x);
        if (largest > kLargestInput) {
          fits = false;
          continue;
        }
        for (Index q = 0; q < outputs; q += kGradientBlockOutputs) {
          const Outputs some{group * outputs + q, smaller(kGradientBlockOutputs, outputs - q)};
          const float down = transform_gradients(part, strip, some, gradient_bits(largest), dy);
          add_products({.strip = strip,
                        .x = x,
                        .dy = dy,
                        .inputs = inputs,
                        .block = some.count,
                        .sums = part.sums + group * 12 * inputs * outputs + q,
                        .outputs = outputs,
                        .down = down});
        }
      }
    }
    return fits;
  }

  /// B^T x of a group's inputs; returns the largest |x|.
  [[gnu::noinline]] static std::uint32_t transform_inputs(const Conv3x3GradientS16Part& part, const Strip& strip,
                                                          Index channel, std::int16_t* to) {
    const Conv3x3Sizes& z = part.sizes;
    const Index inputs = z.in / z.groups, position = kGradientBlockPairs * inputs * 2;
    alignas(64) static constexpr std::int16_t kZeros[2 * kWidth] = {};
    Words largest = I::load_all_words(kZeros);
    for (Index r = 0; r < strip.count; ++r) {
      const GradientRun& run = strip.runs[r];
      const std::int16_t* rows[4];
      Index steps[4];
      for (Index i = 0; i < 4; ++i) {
        const Index row = run.row - 1 + i;
        const bool inside = row >= 0 && row < z.height;
        rows[i] = inside ? part.x + ((run.image * z.height + row) * z.width + run.column) * z.in + channel : kZeros;
        steps[i] = inside ? z.in : 0;
      }
      for (Index pair = 0; pair < run.pairs; ++pair) {
        const bool whole = run.column + 2 * pair + 1 < z.width;
        for (Index c = 0; c < inputs; c += kWidth, to += 2 * kWidth) {
          Words x[4];
          for (int i = 0; i < 4; ++i) {
            const std::int16_t* const at = rows[i] + (steps[i] > 0 ? c : 0);
            x[i] = I::short_pairs(at, whole ? at + steps[i] : kZeros);
            largest = I::larger_word(largest, x[i]);
          }
          I::store_words(to, I::sub_words(x[0], x[2]));
          I::store_words(to + position, I::add_words(x[1], x[2]));
          I::store_words(to + 2 * position, I::sub_words(x[2], x[1]));
          I::store_words(to + 3 * position, I::sub_words(x[1], x[3]));
        }
        for (int i = 0; i < 4; ++i) rows[i] += 2 * steps[i];
        prefetch(rows[1] + kAhead * z.in, z.in);
        prefetch(rows[2] + kAhead * z.in, z.in);
      }
    }
    alignas(64) std::int16_t lanes[2 * kWidth];
    I::store_words(lanes, largest);
    std::uint32_t most = 0;
    for (const std::int16_t lane : lanes) {
      const auto size = static_cast<std::uint32_t>(static_cast<std::uint16_t>(lane));
      most = size > most ? size : most;
    }
    return most;
  }

  /// Two neighbouring pixels of a block further on.
  template <class T>
  [[gnu::always_inline]] static void prefetch(const T* at, Index pixel) {
    __builtin_prefetch(at, 0, 2);
    __builtin_prefetch(at + pixel, 0, 2);
  }

  /// The rows of a run's gradient, at its first column.
  struct GradientRows {
    const float* upper;
    const float* lower;          // null beyond the map
    Index before, count, width;  // whether there is a pixel before; columns to read; of the map's row, in floats

    GradientRows(const Conv3x3GradientS16Part& part, const GradientRun& run, Index channel) {
      const Conv3x3Sizes& z = part.sizes;
      upper = part.dy + ((run.image * z.height + run.row) * z.width + run.column) * z.out + channel;
      lower = run.row + 1 < z.height ? upper + z.width * z.out : nullptr;
      before = run.column > 0 ? 1 : 0;
      count = smaller(2 * run.pairs + 1, z.width - run.column);
      width = z.width * z.out;
    }
  };

  /// Some outputs of a group.
  struct Outputs {
    Index channel, count;
  };
  /// A dy of these, in whole numbers; returns what they are multiples of.
  [[gnu::noinline]] static float transform_gradients(const Conv3x3GradientS16Part& part, const Strip& strip,
                                                     const Outputs& some, std::uint32_t bits, std::int16_t* to) {
    const auto [channel, outputs] = some;
    const Index pixel = part.sizes.out, position = kGradientSlots * outputs * 2;
    Int largest = I::zero();
    for (Index r = 0; r < strip.count; ++r) {
      const GradientRows rows(part, strip.runs[r], channel);
      for (Index c = -rows.before; c < rows.count; ++c) {
        for (Index q = 0; q < outputs; q += kWidth) {
          largest = I::larger_magnitude(largest, I::load(rows.upper + c * pixel + q));
          if (rows.lower != nullptr) largest = I::larger_magnitude(largest, I::load(rows.lower + c * pixel + q));
        }
        __builtin_prefetch(rows.upper + (c + kAhead) * pixel, 0, 2);
        __builtin_prefetch(rows.upper + (c + kAhead) * pixel + rows.width, 0, 2);
      }
    }
    const BlockScale scale = block_scale(I::largest_lane(largest), bits);
    for (Index r = 0; r < strip.count; ++r) {
      const GradientRun& run = strip.runs[r];
      const GradientRows rows(part, run, channel);
      for (Index q = 0; q < outputs; q += kWidth) {
        std::int16_t* at = to + q * 2;
        Int last[4] = {I::zero(), I::zero(), I::zero(), I::zero()};  // of the column before
        for (Index c = -1; c <= 2 * run.pairs; ++c) {
          Int here[4] = {I::zero(), I::zero(), I::zero(), I::zero()};
          if (c >= -rows.before && c < rows.count) {
            here[0] = I::rounded(rows.upper + c * pixel + q, scale.up);
            if (rows.lower != nullptr) here[3] = I::rounded(rows.lower + c * pixel + q, scale.up);
            here[1] = I::add(here[0], here[3]);
            here[2] = I::sub(here[0], here[3]);
          }
          if (c >= 0) {
            for (int k = 0; k < 4; ++k) I::store_words(at + k * position, I::pairs(last[k], here[k]));
            at += outputs * 2;
          }
          for (int k = 0; k < 4; ++k) last[k] = here[k];
        }
      }
      to += (2 * run.pairs + 1) * outputs * 2;
    }
    return scale.down;
  }

  /// What is multiplied, at all positions or at one: a group's inputs by a block of its outputs, and where the sums go.
  struct Products {
    const Strip& strip;
    const std::int16_t *x, *dy;
    Index inputs, block;
    float* sums;
    Index outputs;  // of the group: from row to row of the sums
    float down;     // what dy are multiples of

    /// The same from some inputs and outputs on.
    [[nodiscard]] Products from(Index input, Index output) const {
      Products part = *this;
      part.x += input * 2;
      part.dy += output * 2;
      part.sums += input * 3 * outputs + output;
      return part;
    }
  };

  [[gnu::noinline]] static void add_products(Products p) {
    for (Index k = 0; k < 4; ++k) {
      for (Index q = 0; q < p.block;) {
        const bool two = p.block - q >= 2 * kWidth;
        for (Index i = 0; i < p.inputs; i += two ? Tile / 2 : Tile) {
          two ? tile<Tile / 2, 2>(p.from(i, q)) : tile<Tile, 1>(p.from(i, q));
        }
        q += two ? 2 * kWidth : kWidth;
      }
      p.x += kGradientBlockPairs * p.inputs * 2;
      p.dy += kGradientSlots * p.block * 2;
      p.sums += p.inputs * 3 * p.outputs;
    }
  }

  template <int R, int V>
  [[gnu::always_inline]] static void tile(const Products& p) {
    typename I::ShortSum sum[R][3][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int s = 0; s < 3; ++s) {
        for (int v = 0; v < V; ++v) sum[r][s][v] = I::begin_shorts();
      }
    }
    const Index pair_of_x = p.inputs * 2, slot = p.block * 2;
    const std::int16_t *x = p.x, *dy = p.dy;
    for (Index n = 0; n < p.strip.count; ++n, dy += slot) {
      for (Index pair = 0; pair < p.strip.runs[n].pairs; ++pair, x += pair_of_x, dy += 2 * slot) {
        Int gradients[3][V];
        for (int s = 0; s < 3; ++s) {
          for (int v = 0; v < V; ++v) gradients[s][v] = I::load(dy + (2 - s) * slot + v * 2 * kWidth);
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
          const auto input = I::two_shorts(x + 2 * r);
          for (int s = 0; s < 3; ++s) {
            for (int v = 0; v < V; ++v) sum[r][s][v] = I::dot_shorts(sum[r][s][v], input, gradients[s][v]);
          }
        }
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      for (int s = 0; s < 3; ++s) {
        float* const to = p.sums + (r * 3 + s) * p.outputs;
        for (int v = 0; v < V; ++v) I::put_scaled(to + v * kWidth, I::end_shorts(sum[r][s][v]), p.down, true);
      }
    }
  }
};

}  // namespace mog::kernels
