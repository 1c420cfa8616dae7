// The chunks of a PNG: what its header says, and where the parts lie that make its pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/picture_bytes.hpp"

namespace mog {

struct PngChunks {
  using Bytes = std::span<const std::uint8_t>;

  Index width = 0;
  Index height = 0;
  int depth = 0;        // bits of a sample
  int colour_type = 0;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
  bool interlaced = false;
  bool iphone = false;  // Apple's variant (CgBI): blue first, alpha multiplied in, packed pixels without check sum
  Bytes header, palette, transparency, exif;
  std::vector<Bytes> pixels;     // of each IDAT chunk
  std::size_t pixels_begin = 0;  // in the file: the first one's place
  std::size_t pixels_end = 0;    // after the last one

  [[nodiscard]] bool has_palette() const { return colour_type == 3; }
  /// Bytes of all rows with their filters, unpacked.
  [[nodiscard]] std::uint64_t unpacked_bytes() const;
};

/// Walks the chunks up to IEND (ISO/IEC 15948, section 5.3): a length, four letters, the content, a check sum. Refuses
/// what is damaged or not read.
PngChunks png_chunks(PictureBytes& file);

}  // namespace mog
