// One picture from a file: PNG, JPEG or BMP, as 8-bit RGB, and cut and scaled to a square.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// Pixels [H, W, 3].
struct Image {
  Index height = 0;
  Index width = 0;
  std::vector<std::uint8_t> pixels;
};

constexpr std::uint64_t kMaxImageBytes = 16 << 20;  // of a file; larger ones are refused before they are read
constexpr int kMaxImageSide = 4096;                 // in pixels

/// Decodes a PNG, JPEG or BMP. Grey becomes RGB, 16 bits become 8, and what is transparent shows white.
/// `name` begins the message of the DataError that anything else throws.
Image decode_image(std::span<const std::uint8_t> file, std::string_view name);
/// Reads and decodes a file; throws IoError or DataError, which name it.
Image read_image(const std::filesystem::path& path);

/// The largest centred square of `image`, scaled to size x size: each pixel is the mean of the area that it covers.
Image centre_square(const Image& image, Index size);
/// read_image, then centre_square; throws std::invalid_argument unless 1 <= size <= 4096.
Image load_image(const std::filesystem::path& path, Index size);

}  // namespace mog
