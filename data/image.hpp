// One picture from a file: PNG, JPEG or BMP, as 8-bit RGB, and cut and scaled to a size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/types.hpp"
#include "data/picture_size.hpp"

namespace mog {

/// Pixels [H, W, 3].
struct Image {
  Index height = 0;
  Index width = 0;
  std::vector<std::uint8_t> pixels;
};

constexpr std::uint64_t kMaxImageBytes = 256 << 20;     // of a file; larger ones are refused before they are read
constexpr Index kMaxPictureSide = 65'535;               // pixels of a picture in a file ...
constexpr Index kMaxPicturePixels = Index{64} << 20;    // ... and all of them: 16384 x 4096, or 8192 x 8192
constexpr Index kLargePicturePixels = Index{16} << 20;  // larger ones are decoded one at a time, whatever the threads

/// Decodes a PNG, JPEG or BMP, turned upright as its EXIF data say. Grey becomes RGB, 16 bits become 8, and what is
/// transparent shows white. `name` begins the message of the DataError that anything else throws, damage included.
/// Takes at most some 16 bytes of memory a pixel beside the file, and that only of files that are large enough to hold
/// such a picture.
Image decode_image(std::span<const std::uint8_t> file, std::string_view name);
/// Reads and decodes a file; throws IoError or DataError, which name it.
Image read_image(const std::filesystem::path& path);

/// The largest centred part of `image` with the proportions of `size`, to the pixel below, scaled to it: each pixel is
/// the mean of the area that it covers. Throws std::invalid_argument unless both sides are 1 to 4096.
Image centre_cut(const Image& image, const PictureSize& size);
/// read_image, then centre_cut.
Image load_image(const std::filesystem::path& path, const PictureSize& size);

}  // namespace mog
