// A BMP's header, whichever of its generations the file has.
#pragma once

#include <array>
#include <cstdint>

#include "data/picture_bytes.hpp"

namespace mog {

struct BmpHeader {
  Index width = 0;
  Index height = 0;
  bool top_down = false;
  int bits = 0;                          // of a pixel: 1, 4, 8, 16, 24 or 32
  std::size_t pixels = 0;                // their place in the file
  std::size_t palette = 0;               // its place in the file
  std::size_t colours = 0;               // in the palette; 0 beyond 8 bits
  std::size_t colour_bytes = 4;          // of one colour: blue, green, red, and one that means nothing
  std::array<std::uint32_t, 4> masks{};  // of red, green, blue, alpha (0: opaque), for 16 and 32 bits

  /// Bytes of a row, which is padded to a multiple of four, and without the padding.
  [[nodiscard]] std::size_t row_bytes() const { return (used_bytes() + 3) / 4 * 4; }
  [[nodiscard]] std::size_t used_bytes() const {
    return (static_cast<std::size_t>(width) * static_cast<std::size_t>(bits) + 7) / 8;
  }
};

/// Reads the header; refuses what is damaged or not read.
BmpHeader bmp_header(PictureBytes& file);

}  // namespace mog
