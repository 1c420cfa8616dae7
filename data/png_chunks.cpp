// One pass over a PNG's chunks.
#include "data/png_chunks.hpp"

#include <algorithm>
#include <string>

#include "core/crc32.hpp"
#include "data/adler32.hpp"

namespace mog {
namespace {

constexpr std::size_t kSignature = 8;
constexpr std::size_t kAround = 12;  // length, letters and check sum of a chunk

struct Chunk {
  std::size_t at;  // of its length
  std::string letters;
  PngChunks::Bytes content;
};

Chunk chunk_at(const PictureBytes& file, std::size_t at) {
  const std::size_t left = file.size() - at;
  if (left < kAround) file.broken(file.size(), "the file ends without the end of the picture (IEND)");
  const std::size_t length = file.big(at, 4);
  if (length > left - kAround) {
    file.broken(at, "a chunk of ", length, " bytes, the file has only ", left - kAround, " more");
  }
  Chunk chunk{.at = at, .letters = {}, .content = file.part(at + 8, length)};
  for (const std::uint8_t byte : file.part(at + 4, 4)) chunk.letters += static_cast<char>(byte);
  const std::uint32_t stored = file.big(at + 8 + length, 4);
  if (crc32(std::as_bytes(file.part(at + 4, 4 + length))) != stored) {
    file.broken(at, "the check sum (CRC-32) of the chunk is wrong");
  }
  return chunk;
}

bool depth_fits(int colour_type, int depth) {
  const bool small = depth == 1 || depth == 2 || depth == 4;
  switch (colour_type) {
    case 0: return small || depth == 8 || depth == 16;
    case 3: return small || depth == 8;
    case 2:
    case 4:
    case 6: return depth == 8 || depth == 16;
    default: return false;
  }
}

void read_header(PictureBytes& file, const Chunk& chunk, PngChunks& png) {
  if (chunk.letters != "IHDR" || chunk.content.size() != 13) {
    file.broken(chunk.at, "expected the header (IHDR) of 13 bytes, found another chunk");
  }
  const std::size_t at = chunk.at + 8;
  png.header = chunk.content;
  png.width = file.big(at, 4);
  png.height = file.big(at + 4, 4);
  png.depth = chunk.content[8];
  png.colour_type = chunk.content[9];
  png.interlaced = chunk.content[12] == 1;
  if (!depth_fits(png.colour_type, png.depth)) {
    file.broken(at + 8, "colour type ", png.colour_type, " with ", png.depth, " bits");
  }
  if (chunk.content[10] != 0 || chunk.content[11] != 0 || chunk.content[12] > 1) {
    file.broken(at + 10, "an unknown way to pack, filter or interlace");
  }
  file.measure(png.width, png.height);
}

/// One frame is a picture: the default image, which every PNG reader shows.
void check_animation(const PictureBytes& file, const Chunk& chunk) {
  const std::uint32_t frames = file.big(chunk.at + 8, 4);
  if (chunk.content.size() == 8 && frames == 1) return;
  file.not_read(chunk.at, "an animation of ", frames, " frames");
}

/// What stands once, and before the pixels.
void keep_once(const PictureBytes& file, const Chunk& chunk, const PngChunks& png, PngChunks::Bytes& content) {
  if (!content.empty() || !png.pixels.empty()) file.broken(chunk.at, chunk.letters, " twice, or behind the pixels");
  content = chunk.content;
}

void keep(const PictureBytes& file, const Chunk& chunk, PngChunks& png) {
  const std::string& letters = chunk.letters;
  if (letters == "PLTE") {
    keep_once(file, chunk, png, png.palette);
  } else if (letters == "tRNS") {
    keep_once(file, chunk, png, png.transparency);
  } else if (letters == "eXIf") {
    png.exif = chunk.content;
  } else if (letters == "acTL") {
    check_animation(file, chunk);
  } else if (letters == "IDAT") {
    if (png.pixels.empty()) png.pixels_begin = chunk.at;
    if (!png.pixels.empty() && chunk.at != png.pixels_end) file.broken(chunk.at, "pixels (IDAT) in two places");
    png.pixels.push_back(chunk.content);
    png.pixels_end = chunk.at + kAround + chunk.content.size();
  } else if (letters == "IHDR" || letters == "CgBI") {
    file.broken(chunk.at, "a second header");
  } else if (letters[0] >= 'A' && letters[0] <= 'Z') {  // a capital: not to be passed over
    file.not_read(chunk.at, "a chunk that only its writer knows");
  }
}

}  // namespace

std::uint64_t PngChunks::unpacked_bytes() const {
  constexpr int kSamples[] = {1, 0, 3, 1, 2, 0, 4};
  const Index bits = depth * kSamples[colour_type];
  const auto rows = [&](Index first_x, Index first_y, Index step_x, Index step_y) -> Index {
    const Index columns = (width - first_x + step_x - 1) / step_x;
    return columns < 1 ? 0 : (height - first_y + step_y - 1) / step_y * (1 + (columns * bits + 7) / 8);
  };
  if (!interlaced) return static_cast<std::uint64_t>(rows(0, 0, 1, 1));
  return static_cast<std::uint64_t>(rows(0, 0, 8, 8) + rows(4, 0, 8, 8) + rows(0, 4, 4, 8) + rows(2, 0, 4, 4) +
                                    rows(0, 2, 2, 4) + rows(1, 0, 2, 2) + rows(0, 1, 1, 2));
}

PngChunks png_chunks(PictureBytes& file) {
  PngChunks png;
  std::size_t at = kSignature;
  const auto next = [&] {
    Chunk chunk = chunk_at(file, at);
    at += kAround + chunk.content.size();
    return chunk;
  };
  Chunk chunk = next();
  png.iphone = chunk.letters == "CgBI";
  if (png.iphone) chunk = next();
  read_header(file, chunk, png);
  if (png.iphone && (png.depth != 8 || (png.colour_type != 2 && png.colour_type != 6))) {
    file.not_read(chunk.at, "Apple's CgBI variant, colour type ", png.colour_type, " of ", png.depth, " bits");
  }
  for (chunk = next(); chunk.letters != "IEND"; chunk = next()) keep(file, chunk, png);
  if (png.pixels.empty()) file.broken(chunk.at, "the picture ends (IEND) without pixels (IDAT)");
  return png;
}

}  // namespace mog
