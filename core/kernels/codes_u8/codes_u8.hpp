// What stands between the convolutions of a quantized network: patches of pixels, sums of maps, residual end and
// pooling, on bytes.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// y[p, (r, s, c)] = x[h + r - 1, w + s - 1, c] for the pixels p of rows [row, row + rows) of a map, `border` outside
/// it; y's pixels lie y_pixel bytes apart, y_pixel >= 9 channels. x [height, width, channels].
struct Patches {
  const std::uint8_t* x;
  std::uint8_t* y;
  Index height, width, channels, y_pixel;
  Index row, rows;
  std::uint8_t border;
};

/// y[c] = sum_p x[p, c], c < channels; x's pixels lie x_pixel bytes apart.
struct MapSums {
  const std::uint8_t* x;
  std::int32_t* y;
  Index pixels, channels, x_pixel;
};

/// The end of a MUX residual block, with the 2x2 maximum that follows it when `pool` is true:
///   i0 = floor((x + i1) / 2), or x OR i1 for codes of one bit;  y = select[c] ? i1 : i0, select[c] 0 or 255
/// x, i1 [rows, width, channels], y the same or, pooled, [rows / 2, width / 2, channels]; rows and width are even then.
struct MuxResidual {
  const std::uint8_t* x;
  const std::uint8_t* i1;
  const std::uint8_t* select;
  std::uint8_t* y;
  Index rows, width, channels;
  bool one_bit, pool;
};

/// y[h, w, c] = maximum of x[2h + r, 2w + s, c] over r, s in {0, 1}; which[h, w, c] = 2r + s of the first maximum, as
/// MaxPoolForward's, or null when not wanted. x [rows, width, channels], both even: the rows of one image, or of many.
struct MaxPoolU8 {
  const std::uint8_t* x;
  std::uint8_t* y;
  Index rows, width, channels;
  std::uint8_t* which = nullptr;
};

/// The same on several threads. map_sums and mux_residual take many images, one after the other, of which `image` is
/// the first: y [images, channels]; select [images, channels], where any number but 0 stands for 255.
void codes_map_sums(const MapSums& image, Index images);
void codes_mux_residual(const MuxResidual& image, Index images);
void codes_max_pool(const MaxPoolU8& all);

/// One instruction set's bodies. Each does the whole of its Args on the calling thread and checks nothing.
struct CodesU8Kernels {
  Isa isa;
  void (*patches)(const Patches&);
  void (*map_sums)(const MapSums&);
  void (*mux_residual)(const MuxResidual&);
  void (*max_pool)(const MaxPoolU8&);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const CodesU8Kernels> codes_u8_kernels();

}  // namespace mog::kernels
