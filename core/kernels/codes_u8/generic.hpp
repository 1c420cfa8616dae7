// The bytes between the integer convolutions: plain loops over channels, which the compiler turns into vectors of the
// instruction set that each file of this folder is compiled for.
#pragma once

#include <xsimd/xsimd.hpp>

#include "core/kernels/codes_u8/codes_u8.hpp"

namespace mog::kernels {

/// A template on Arch, so that nothing of it can stand in for another instruction set's code.
template <class Arch>
struct CodesU8Loops {
  using Byte = std::uint8_t;

  static constexpr CodesU8Kernels kernels(Isa isa) { return {isa, patches, map_sums, mux_residual, max_pool}; }

 private:
  static void patches(const Patches& args) {
    const Index tap = args.channels;
    for (Index row = args.row; row < args.row + args.rows; ++row) {
      for (Index column = 0; column < args.width; ++column) {
        Byte* const y = args.y + ((row - args.row) * args.width + column) * args.y_pixel;
        const bool inside = column > 0 && column + 1 < args.width;
        for (Index r = 0; r < 3; ++r) {
          const Index from = row + r - 1;
          const Byte* const x = args.x + (from * args.width + column - 1) * tap;
          Byte* const to = y + r * 3 * tap;
          if (from < 0 || from >= args.height) {
            for (Index i = 0; i < 3 * tap; ++i) to[i] = args.border;
          } else if (inside && tap == 3) {
            __builtin_memcpy(to, x, 9);
          } else {
            for (Index i = 0; i < 3 * tap; ++i) {
              const Index at = column - 1 + i / tap;
              to[i] = at < 0 || at >= args.width ? args.border : x[i];
            }
          }
        }
      }
    }
  }

  /// Sums of 64 channels stay in registers, of 16 bits for as many pixels as 255 fits.
  static void map_sums(const MapSums& args) {
    constexpr Index kBlock = 64, kPixels = 257;
    Index c = 0;
    for (; c + kBlock <= args.channels; c += kBlock) {
      std::int32_t total[kBlock] = {};
      for (Index first = 0; first < args.pixels; first += kPixels) {
        const Index end = first + kPixels < args.pixels ? first + kPixels : args.pixels;
        std::uint16_t sum[kBlock] = {};
        for (Index p = first; p < end; ++p) {
          const Byte* const x = args.x + p * args.x_pixel + c;
          for (Index i = 0; i < kBlock; ++i) sum[i] = static_cast<std::uint16_t>(sum[i] + x[i]);
        }
        for (Index i = 0; i < kBlock; ++i) total[i] += sum[i];
      }
      for (Index i = 0; i < kBlock; ++i) args.y[c + i] = total[i];
    }
    for (; c < args.channels; ++c) {
      std::int32_t total = 0;
      for (Index p = 0; p < args.pixels; ++p) total += args.x[p * args.x_pixel + c];
      args.y[c] = total;
    }
  }

  template <bool OneBit>
  [[gnu::always_inline]] static Byte mux(Byte x, Byte i1, Byte select) {
    // floor((x + i1) / 2) without a ninth bit
    const auto i0 = static_cast<Byte>(OneBit ? x | i1 : (x & i1) + ((x ^ i1) >> 1));
    return select != 0 ? i1 : i0;
  }
  [[gnu::always_inline]] static Byte larger(Byte a, Byte b) { return a > b ? a : b; }

  template <bool OneBit>
  static void mux_all(const MuxResidual& args) {
    for (Index p = 0; p < args.rows * args.width; ++p) {
      const Byte* __restrict const x = args.x + p * args.channels;
      const Byte* __restrict const i1 = args.i1 + p * args.channels;
      const Byte* __restrict const select = args.select;
      Byte* __restrict const y = args.y + p * args.channels;
      for (Index c = 0; c < args.channels; ++c) y[c] = mux<OneBit>(x[c], i1[c], select[c]);
    }
  }

  template <bool OneBit>
  static void mux_and_pool(const MuxResidual& args) {
    const Index right = args.channels, below = args.width * args.channels;
    for (Index p = 0; p < args.rows / 2 * (args.width / 2); ++p) {
      const Index corner = (p / (args.width / 2) * 2 * args.width + p % (args.width / 2) * 2) * args.channels;
      const Byte* __restrict const x = args.x + corner;
      const Byte* __restrict const i1 = args.i1 + corner;
      const Byte* __restrict const select = args.select;
      Byte* __restrict const y = args.y + p * args.channels;
      for (Index c = 0; c < args.channels; ++c) {
        const auto at = [&](Index offset) __attribute__((always_inline)) {
          return mux<OneBit>(x[offset + c], i1[offset + c], select[c]);
        };
        y[c] = larger(larger(at(0), at(right)), larger(at(below), at(below + right)));
      }
    }
  }

  static void mux_residual(const MuxResidual& args) {
    if (args.pool) return args.one_bit ? mux_and_pool<true>(args) : mux_and_pool<false>(args);
    return args.one_bit ? mux_all<true>(args) : mux_all<false>(args);
  }

  static void max_pool(const MaxPoolU8& args) {
    const Index right = args.channels, below = args.width * args.channels;
    for (Index p = 0; p < args.rows / 2 * (args.width / 2); ++p) {
      const Byte* __restrict const x =
          args.x + (p / (args.width / 2) * 2 * args.width + p % (args.width / 2) * 2) * args.channels;
      Byte* __restrict const y = args.y + p * args.channels;
      for (Index c = 0; c < args.channels; ++c) {
        y[c] = larger(larger(x[c], x[right + c]), larger(x[below + c], x[below + right + c]));
      }
    }
  }
};

}  // namespace mog::kernels
