// PNG, JPEG and BMP through stb_image, which no other file sees.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mog {

/// A decoded picture; where there is none, why.
struct Decoded {
  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  std::unique_ptr<std::uint8_t[], Free> pixels;  // [height, width, channels]
  int width = 0;
  int height = 0;
  std::string problem;  // stb_image's own words
};

/// Decodes what stb_image takes for a picture: 1 channel is grey, 4 are RGBA. The caller looks at the file first
/// (data/png_check.hpp, data/jpeg_check.hpp, data/bmp_check.hpp).
Decoded stb_decode(std::span<const std::uint8_t> file, int channels);

/// What a zlib stream unpacks to.
struct Inflated {
  std::vector<std::uint8_t> bytes;
  std::size_t used = 0;  // bytes of the stream, its check sum aside
  std::string problem;   // stb_image's own words
};

/// Unpacks at most `at_most` bytes; more are a problem. `zlib` streams begin with two bytes that others lack.
Inflated stb_inflate(std::span<const std::uint8_t> stream, std::size_t at_most, bool zlib);

}  // namespace mog
