// Unpacks a PNG's pixels for their check sum, and takes its palette apart.
#include "data/png_check.hpp"

#include "core/crc32.hpp"
#include "data/adler32.hpp"
#include "data/exif.hpp"
#include "data/png_chunks.hpp"
#include "data/stb_decode.hpp"

namespace mog {
namespace {

using ByteList = std::vector<std::uint8_t>;

ByteList joined(const std::vector<PngChunks::Bytes>& parts) {
  ByteList all;
  for (const PngChunks::Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void check_pixels(const PictureBytes& file, const PngChunks& png, const ByteList& packed) {
  constexpr std::uint64_t kMostTimes = 1032;  // what deflate packs into one byte at best (258 bytes in two bits)
  constexpr std::uint64_t kSpare = 1 << 16;   // some writers add a little
  const std::size_t at = png.pixels_begin;
  const std::uint64_t expected = png.unpacked_bytes();
  // Checked before there is memory for them: a small file cannot ask for much.
  if (expected > kMostTimes * (packed.size() + 1)) {
    file.broken(at, packed.size(), " packed bytes cannot hold ", png.width, " x ", png.height, " pixels");
  }
  const Inflated inflated = stb_inflate(packed, expected + kSpare, !png.iphone);
  if (!inflated.problem.empty()) file.broken(at, "the packed pixels are damaged (", inflated.problem, ")");
  if (inflated.bytes.size() < expected) {
    file.broken(at, inflated.bytes.size(), " bytes of pixels, expected ", expected);
  }
  if (png.iphone) return;
  const std::size_t left = packed.size() - inflated.used;
  std::uint32_t stored = 0;
  for (std::size_t i = 0; i < 4 && i < left; ++i) stored = stored << 8 | packed[inflated.used + i];
  if (left < 4 || stored != adler32(inflated.bytes)) file.broken(at, "the check sum (Adler-32) of the pixels is wrong");
}

void append_chunk(ByteList& out, std::string_view letters, PngChunks::Bytes content) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(content.size() >> shift));
  const std::size_t begin = out.size();
  out.insert(out.end(), letters.begin(), letters.end());
  out.insert(out.end(), content.begin(), content.end());
  const std::uint32_t crc = crc32(std::as_bytes(std::span(out).subspan(begin)));
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(crc >> shift));
}

/// stb_image looks colours up beyond a palette's end; it is given the indices as greys instead.
void take_palette_apart(const PictureBytes& file, const PngChunks& png, const ByteList& packed,
                        CheckedPicture& picture) {
  const std::size_t colours = png.palette.size() / 3;
  if (png.palette.size() % 3 != 0 || colours < 1 || colours > 256 || png.transparency.size() > colours) {
    file.broken(png.pixels_begin, "a palette (PLTE) of ", png.palette.size(), " bytes, with transparency (tRNS) of ",
                png.transparency.size());
  }
  for (std::size_t i = 0; i < colours; ++i) {
    const std::uint8_t alpha = i < png.transparency.size() ? png.transparency[i] : std::uint8_t{255};
    picture.palette.push_back({png.palette[3 * i], png.palette[3 * i + 1], png.palette[3 * i + 2], alpha});
  }
  picture.index_step = 255 / ((1 << png.depth) - 1);
  ByteList header(png.header.begin(), png.header.end());
  header[9] = 0;
  picture.rewritten.assign(file.all().begin(), file.all().begin() + 8);
  append_chunk(picture.rewritten, "IHDR", header);
  append_chunk(picture.rewritten, "IDAT", packed);
  append_chunk(picture.rewritten, "IEND", {});
}

}  // namespace

CheckedPicture check_png(PictureBytes& file) {
  const PngChunks png = png_chunks(file);
  CheckedPicture picture;
  picture.pixels_at = png.pixels_begin;
  picture.orientation = exif_orientation(png.exif);
  const ByteList packed = joined(png.pixels);
  check_pixels(file, png, packed);
  if (png.has_palette()) take_palette_apart(file, png, packed, picture);
  return picture;
}

}  // namespace mog
