// What the checks of a picture file found: whether stb_image may decode it, and what its pixels mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mog {

struct CheckedPicture {
  std::vector<std::uint8_t> rewritten;  // what stb_image is given in the file's place; empty: the file itself
  std::size_t pixels_at = 0;            // their place in the file, for messages
  int orientation = 1;                  // EXIF's (data/exif.hpp)
  /// Of a PNG with a palette, RGBA: stb_image is given it as a grey picture, in which index i is grey i * index_step.
  std::vector<std::array<std::uint8_t, 4>> palette;
  int index_step = 1;
};

}  // namespace mog
