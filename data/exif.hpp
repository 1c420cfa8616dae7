// Which way up a camera held a picture: the orientation in its EXIF data.
#pragma once

#include <cstdint>
#include <span>

#include "core/types.hpp"

namespace mog {

/// The orientation in EXIF data that begin with their TIFF header, as in a PNG's eXIf chunk and after "Exif\0\0" in a
/// JPEG's APP1 segment: 1 (upright) to 8. Malformed data, or data without an orientation, are taken for 1: the picture
/// is readable without them.
int exif_orientation(std::span<const std::uint8_t> tiff);

/// Where the pixels of the upright picture lie in the stored one.
struct Upright {
  Index height, width;       // of the upright picture
  Index first, down, right;  // pixel (y, x) of it is stored pixel first + y * down + x * right
};
/// For a stored picture of height x width pixels; orientation 1 to 8.
Upright upright(int orientation, Index height, Index width);

}  // namespace mog
