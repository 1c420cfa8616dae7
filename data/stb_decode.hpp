// PNG, JPEG and BMP through stb_image, which no other file sees.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mog {

/// A decoded picture; where there is none, why.
struct Decoded {
  struct Free {
    void operator()(std::uint8_t* pixels) const;
  };
  std::unique_ptr<std::uint8_t[], Free> rgba;  // [height, width, 4]
  int width = 0;
  int height = 0;
  std::string problem;  // stb_image's own words
};

/// Decodes what stb_image takes for a picture. The caller looks at the file first (data/jpeg_check.hpp,
/// data/png_check.hpp).
Decoded stb_decode(std::span<const std::uint8_t> file);

}  // namespace mog
