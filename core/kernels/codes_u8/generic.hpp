// The bytes between the integer convolutions: plain loops over channels, which the compiler turns into vectors of the
// instruction set that each file of this folder is compiled for.
#pragma once

#include <xsimd/xsimd.hpp>

#include "core/kernels/codes_u8/codes_u8.hpp"

namespace mog::kernels {

/// A template on Arch for the one-definition rule: of an ordinary inline function the linker would keep one copy,
/// compiled for any of the instruction sets.
template <class Arch>
struct CodesU8Loops {
  using Byte = std::uint8_t;

  static constexpr CodesU8Kernels kernels(Isa isa) { return {isa, patches, map_sums, mux_residual, max_pool}; }

 private:
  static void patches(const Patches& args) {
    for (Index row = args.row; row < args.row + args.rows; ++row) {
      const bool inner = args.channels == 3 && row > 0 && row + 1 < args.height && args.width > 2;
      if (inner) inner_patches(args, row);
      for (Index column = 0; column < args.width; column += inner ? args.width - 1 : 1) {
        args.channels == 3 ? patch(args, row, column, 3) : patch(args, row, column, args.channels);
      }
    }
  }
  [[gnu::always_inline]] static Byte* patch_of(const Patches& args, Index row, Index column) {
    return args.y + ((row - args.row) * args.width + column) * args.y_pixel;
  }

  [[gnu::always_inline]] static void patch(const Patches& args, Index row, Index column, Index channels) {
    const Index height = args.height, width = args.width;
    const Byte border = args.border;
    Byte* y = patch_of(args, row, column);
    for (Index tap = 0; tap < 9; ++tap, y += channels) {
      const Index h = row + tap / 3 - 1, w = column + tap % 3 - 1;
      const bool inside = h >= 0 && h < height && w >= 0 && w < width;
      const Byte* const x = args.x + (inside ? (h * width + w) * channels : 0);
      for (Index c = 0; c < channels; ++c) y[c] = inside ? x[c] : border;
    }
  }

  /// A row's patches of three channels, all but the first and the last: nine bytes of each of three rows. Whole vectors
  /// are copied where the bytes after the nine do no harm: in the image and in the patch other bytes follow the first
  /// two rows.
  [[gnu::always_inline]] static void inner_patches(const Patches& args, Index row) {
    const Index stride = args.width * 3, y_pixel = args.y_pixel;
    const Byte* x = args.x + (row - 1) * stride;
    Byte* y = patch_of(args, row, 1);
    for (Index left = args.width - 2; left > 0; --left, x += 3, y += y_pixel) {
      __builtin_memcpy(y, x, 16);
      __builtin_memcpy(y + 9, x + stride, 16);
      __builtin_memcpy(y + 18, x + 2 * stride, 9);
    }
  }

  static void map_sums(const MapSums& args) {
    const Index wide = sum_channels<64>(args, 0), narrow = sum_channels<16>(args, wide);
    sum_channels<1>(args, narrow);
  }
  /// Sums of `kBlock` channels stay in registers, in 16 bits for as many pixels as these hold at 255 each. Takes all
  /// whole blocks from channel c on; returns the first channel after them.
  template <Index kBlock>
  static Index sum_channels(const MapSums& args, Index c) {
    constexpr Index kPixels = 257;
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
    return c;
  }

  template <bool OneBit>
  [[gnu::always_inline]] static Byte mux(Byte x, Byte i1, Byte select) {
    // floor((x + i1) / 2) without a ninth bit; the choice by bits: a vector loop without branches
    const auto i0 = static_cast<Byte>(OneBit ? x | i1 : (x & i1) + ((x ^ i1) >> 1));
    return static_cast<Byte>(i0 ^ ((i0 ^ i1) & select));
  }
  [[gnu::always_inline]] static Byte larger(Byte a, Byte b) { return a > b ? a : b; }

  // Loops over channels use copies of sizes and pointers: a stored byte may be part of Args, for all that the compiler
  // knows, and then it would not vectorise them.

  template <bool OneBit>
  static void mux_all(const MuxResidual& args) {
    const Index pixels = args.rows * args.width, channels = args.channels;
    for (Index p = 0; p < pixels; ++p) {
      mux_pixel<OneBit>(args.x + p * channels, args.i1 + p * channels, args.select, args.y + p * channels, channels);
    }
  }
  template <bool OneBit>
  [[gnu::always_inline]] static void mux_pixel(const Byte* __restrict x, const Byte* __restrict i1,
                                               const Byte* __restrict select, Byte* __restrict y, Index channels) {
    for (Index c = 0; c < channels; ++c) y[c] = mux<OneBit>(x[c], i1[c], select[c]);
  }

  template <bool OneBit>
  static void mux_and_pool(const MuxResidual& args) {
    const Index columns = args.width / 2;
    for (Index p = 0; p < args.rows / 2 * columns; ++p) {
      const Index corner = (p / columns * 2 * args.width + p % columns * 2) * args.channels;
      mux_window<OneBit>(args.x + corner, args.i1 + corner, args.select, args.y + p * args.channels, args.channels,
                         args.width * args.channels);
    }
  }
  template <bool OneBit>
  [[gnu::always_inline]] static void mux_window(const Byte* __restrict x, const Byte* __restrict i1,
                                                const Byte* __restrict select, Byte* __restrict y, Index right,
                                                Index below) {
    for (Index c = 0; c < right; ++c) {
      const Byte first = mux<OneBit>(x[c], i1[c], select[c]);
      const Byte second = mux<OneBit>(x[right + c], i1[right + c], select[c]);
      const Byte third = mux<OneBit>(x[below + c], i1[below + c], select[c]);
      const Byte fourth = mux<OneBit>(x[below + right + c], i1[below + right + c], select[c]);
      y[c] = larger(larger(first, second), larger(third, fourth));
    }
  }

  static void mux_residual(const MuxResidual& args) {
    if (args.pool) return args.one_bit ? mux_and_pool<true>(args) : mux_and_pool<false>(args);
    return args.one_bit ? mux_all<true>(args) : mux_all<false>(args);
  }

  static void max_pool(const MaxPoolU8& args) {
    const Index columns = args.width / 2, channels = args.channels, below = args.width * channels;
    for (Index p = 0; p < args.rows / 2 * columns; ++p) {
      const Byte* const x = args.x + p / columns * 2 * below + p % columns * 2 * channels;
      if (args.which == nullptr) {
        pool_window(x, args.y + p * channels, channels, below);
      } else {
        find_in_window(x, args.y + p * channels, args.which + p * channels, channels, below);
      }
    }
  }
  [[gnu::always_inline]] static void pool_window(const Byte* __restrict x, Byte* __restrict y, Index right,
                                                 Index below) {
    for (Index c = 0; c < right; ++c) {
      y[c] = larger(larger(x[c], x[right + c]), larger(x[below + c], x[below + right + c]));
    }
  }
  [[gnu::always_inline]] static void find_in_window(const Byte* __restrict x, Byte* __restrict y,
                                                    Byte* __restrict which, Index right, Index below) {
    for (Index c = 0; c < right; ++c) {
      const Byte top = larger(x[c], x[right + c]), bottom = larger(x[below + c], x[below + right + c]);
      const Byte in_top = x[right + c] > x[c] ? 1 : 0, in_bottom = x[below + right + c] > x[below + c] ? 3 : 2;
      y[c] = larger(top, bottom);
      which[c] = bottom > top ? in_bottom : in_top;
    }
  }
};

}  // namespace mog::kernels
