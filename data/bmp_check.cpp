// Rewrites a BMP in the one form that stb_image reads right.
#include "data/bmp_check.hpp"

#include <algorithm>

#include "data/bmp_header.hpp"

namespace mog {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// The largest index in a row of 1, 4 or 8 bits.
std::size_t largest_index(std::span<const std::uint8_t> row, int bits, Index width) {
  const std::size_t mask = (std::size_t{1} << bits) - 1;
  const Index in_byte = 8 / bits;
  std::size_t largest = 0;
  for (Index x = 0; x < width; ++x) {
    const std::size_t byte = row[static_cast<std::size_t>(x / in_byte)];
    largest = std::max(largest, byte >> (8 - bits * (x % in_byte + 1)) & mask);
  }
  return largest;
}

void check_indices(const PictureBytes& file, const BmpHeader& bmp) {
  if (bmp.bits > 8 || bmp.colours == std::size_t{1} << bmp.bits) return;
  for (Index y = 0; y < bmp.height; ++y) {
    const std::size_t at = bmp.pixels + static_cast<std::size_t>(y) * bmp.row_bytes();
    const std::size_t index = largest_index(file.part(at, bmp.used_bytes()), bmp.bits, bmp.width);
    if (index >= bmp.colours) file.broken(at, "a pixel has colour ", index, " of a palette of ", bmp.colours);
  }
}

/// Header, and palette or masks.
Bytes new_header(const PictureBytes& file, const BmpHeader& bmp) {
  const bool masks = bmp.bits == 16 || bmp.bits == 32;
  const std::uint32_t header = masks ? 108 : 40;
  const std::size_t colours = bmp.bits <= 8 ? std::size_t{1} << bmp.bits : 0;
  Bytes out(10, 0);
  out[0] = 'B';
  out[1] = 'M';
  append(out, 14 + header + static_cast<std::uint32_t>(4 * colours), 4);
  append(out, header, 4);
  append(out, static_cast<std::uint32_t>(bmp.width), 4);
  append(out, static_cast<std::uint32_t>(bmp.top_down ? -bmp.height : bmp.height), 4);
  append(out, 1, 2);
  append(out, static_cast<std::uint32_t>(bmp.bits), 2);
  append(out, masks ? 3 : 0, 4);
  out.resize(54, 0);
  for (const std::uint32_t mask : bmp.masks) {
    if (masks) append(out, mask, 4);
  }
  out.resize(14 + header, 0);
  for (std::size_t i = 0; i < colours; ++i) {
    const std::size_t at = bmp.palette + i * bmp.colour_bytes;
    append(out, i < bmp.colours ? file.little(at, 3) : 0, 4);
  }
  return out;
}

}  // namespace

CheckedPicture check_bmp(PictureBytes& file) {
  const BmpHeader bmp = bmp_header(file);
  const std::size_t needed = static_cast<std::size_t>(bmp.height - 1) * bmp.row_bytes() + bmp.used_bytes();
  if (bmp.pixels > file.size() || needed > file.size() - bmp.pixels) {
    file.broken(file.size(), "the file ends, expected ", bmp.pixels + needed, " bytes");
  }
  check_indices(file, bmp);
  CheckedPicture picture;
  picture.pixels_at = bmp.pixels;
  picture.rewritten = new_header(file, bmp);
  const auto pixels = file.part(bmp.pixels, needed);
  picture.rewritten.insert(picture.rewritten.end(), pixels.begin(), pixels.end());
  return picture;
}

}  // namespace mog
