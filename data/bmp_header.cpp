// Fields that a short header lacks are zeros.
#include "data/bmp_header.hpp"

#include <algorithm>
#include <bit>

namespace mog {
namespace {

constexpr std::size_t kFile = 14;     // "BM", the file's size, 4 bytes that mean nothing, the pixels' place
constexpr std::size_t kCore = 12;     // OS/2 1's header: sizes of 16 bits, colours of three bytes
constexpr std::size_t kOs2 = 64;      // OS/2 2's, which may end after 16 bytes, too
constexpr std::size_t kMasksAt = 54;  // after the header of 40 bytes, or in a longer one

constexpr std::uint32_t kNone = 0, kMasks = 3, kMasksWithAlpha = 6;

void check_compression(const PictureBytes& file, std::uint32_t compression, bool os2) {
  constexpr std::size_t kAt = 30;
  switch (compression) {
    case kNone: return;
    case 1: file.not_read(kAt, "compressed rows (RLE8)");
    case 2: file.not_read(kAt, "compressed rows (RLE4)");
    case kMasks:
      if (os2) file.not_read(kAt, "compressed pixels (Huffman 1D)");
      return;
    case 4:
      if (os2) file.not_read(kAt, "compressed rows (RLE24)");
      file.not_read(kAt, "a JPEG inside");
    case 5: file.not_read(kAt, "a PNG inside");
    case kMasksWithAlpha: return;
    default: file.not_read(kAt, "compression ", compression);
  }
}

/// stb_image takes a row of at most 8 bits for each channel; of a longer one the lower bits are left out.
std::uint32_t usable_mask(const PictureBytes& file, std::size_t at, std::uint32_t mask, int bits) {
  const std::uint32_t all = bits == 16 ? 0xFFFFU : ~0U;
  const int low = mask == 0 ? 0 : std::countr_zero(mask);
  const int count = std::popcount(mask);
  if ((mask & ~all) != 0 || (count < 32 && mask >> low != (1U << count) - 1)) {
    file.not_read(at, "a channel whose mask is no row of bits");
  }
  return count <= 8 ? mask : mask & ~0U << (low + count - 8);
}

void read_masks(const PictureBytes& file, std::size_t header, std::uint32_t compression, BmpHeader& bmp) {
  if (compression == kNone) {
    bmp.masks = {0xFF0000, 0xFF00, 0xFF, 0};  // the fourth byte means nothing
    if (bmp.bits == 16) bmp.masks = {0x7C00, 0x3E0, 0x1F, 0};
    return;
  }
  const bool alpha = compression == kMasksWithAlpha || header >= 56;
  const std::size_t end = std::max(kFile + header, kMasksAt + (alpha ? 16U : 12U));
  if (bmp.pixels < end) file.broken(10, "pixels begin at byte ", bmp.pixels, ", expected ", end, " or more");
  for (std::size_t i = 0; i < (alpha ? 4U : 3U); ++i) {
    const std::size_t at = kMasksAt + 4 * i;
    bmp.masks[i] = usable_mask(file, at, file.little(at, 4), bmp.bits);
    if (bmp.masks[i] == 0 && i < 3) file.not_read(at, "a channel without bits");
  }
}

void read_palette(const PictureBytes& file, std::size_t header, std::uint32_t stated, BmpHeader& bmp) {
  bmp.palette = kFile + header;
  bmp.colour_bytes = header == kCore ? 3 : 4;
  bmp.colours = std::size_t{1} << bmp.bits;
  if (stated != 0) bmp.colours = std::min<std::size_t>(bmp.colours, stated);
  if (bmp.pixels < bmp.palette) {
    file.broken(10, "pixels begin at byte ", bmp.pixels, ", within the header of ", bmp.palette);
  }
  const std::size_t room = (bmp.pixels - bmp.palette) / bmp.colour_bytes;
  if (stated > std::max(bmp.colours, room)) file.broken(46, "a palette of ", stated, " colours, with room for ", room);
  bmp.colours = std::min(bmp.colours, room);
  if (bmp.colours == 0) file.broken(bmp.palette, "no palette between header and pixels");
}

}  // namespace

BmpHeader bmp_header(PictureBytes& file) {
  BmpHeader bmp;
  bmp.pixels = file.little(10, 4);
  const std::size_t header = file.little(kFile, 4);
  constexpr std::size_t kKnown[] = {kCore, 16, 40, 52, 56, kOs2, 108, 124};
  if (std::find(std::begin(kKnown), std::end(kKnown), header) == std::end(kKnown)) {
    file.not_read(kFile, "a header of ", header, " bytes");
  }
  const bool core = header == kCore;
  const std::size_t side = core ? 2 : 4;
  bmp.width = core ? static_cast<Index>(file.little(18, 2)) : static_cast<std::int32_t>(file.little(18, 4));
  const Index height = core ? static_cast<Index>(file.little(20, 2)) : static_cast<std::int32_t>(file.little(22, 4));
  bmp.top_down = height < 0;
  bmp.height = height < 0 ? -height : height;
  const std::size_t planes = 18 + 2 * side;
  if (file.little(planes, 2) != 1) file.broken(planes, file.little(planes, 2), " planes, expected 1");
  bmp.bits = static_cast<int>(file.little(planes + 2, 2));
  const std::uint32_t compression = header >= 20 ? file.little(30, 4) : kNone;
  check_compression(file, compression, header == 16 || header == kOs2);
  file.measure(bmp.width, bmp.height);
  switch (bmp.bits) {
    case 1:
    case 4:
    case 8:
      if (compression != kNone) file.broken(30, "masks for a palette");
      read_palette(file, header, header >= 36 ? file.little(46, 4) : 0, bmp);
      break;
    case 24:
      if (compression != kNone) file.broken(30, "masks for 24 bits");
      break;
    case 16:
    case 32: read_masks(file, header, compression, bmp); break;
    default: file.not_read(planes + 2, bmp.bits, " bits a pixel");
  }
  if (bmp.pixels < kFile + header) file.broken(10, "pixels begin at byte ", bmp.pixels, ", within the header");
  return bmp;
}

}  // namespace mog
