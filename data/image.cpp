// Decoding after a look at what the file claims, and scaling with a box filter.
#include "data/image.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"
#include "data/file.hpp"
#include "data/jpeg_check.hpp"
#include "data/png_check.hpp"
#include "data/stb_decode.hpp"

namespace mog {
namespace {

/// Part of the source's row or column that one target pixel covers: pixels first, first + 1, ... with these weights.
struct Cover {
  Index first;
  std::vector<float> weights;  // their sum is 1
};

/// Covers of `size` target pixels over `side` source pixels that begin at `start`.
std::vector<Cover> covers(Index start, Index side, Index size) {
  std::vector<Cover> all(static_cast<std::size_t>(size));
  // In units of 1/size of a source pixel everything is an integer: target i covers [i * side, (i + 1) * side).
  for (Index i = 0; i < size; ++i) {
    Cover& cover = all[static_cast<std::size_t>(i)];
    const Index from = i * side;
    const Index to = from + side;
    cover.first = start + from / size;
    for (Index source = from / size; source * size < to; ++source) {
      const Index covered = std::min(to, (source + 1) * size) - std::max(from, source * size);
      cover.weights.push_back(static_cast<float>(covered) / static_cast<float>(side));
    }
  }
  return all;
}

/// Little-endian number of some bytes at a place; 0 beyond the file's end.
std::uint64_t number_at(std::span<const std::uint8_t> file, std::size_t at, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes && at + i < file.size(); ++i) number |= std::uint64_t{file[at + i]} << (8 * i);
  return number;
}

/// Bytes that an uncompressed BMP needs for all of its pixels, the padding of the last row aside; 0 for other files.
/// stb_image takes the pixels beyond the end of a file for black.
std::uint64_t bmp_bytes(std::span<const std::uint8_t> file) {
  if (file.size() < 2 || file[0] != 'B' || file[1] != 'M') return 0;
  const bool old = number_at(file, 14, 4) == 12;  // OS/2's header: sizes of 16 bits, no compression
  if (!old && number_at(file, 30, 4) != 0 && number_at(file, 30, 4) != 3) return 0;
  const auto width = static_cast<std::uint32_t>(number_at(file, 18, old ? 2 : 4));
  const auto signed_height = static_cast<std::int32_t>(number_at(file, old ? 20 : 22, old ? 2 : 4));
  const std::uint64_t height = static_cast<std::uint64_t>(std::abs(std::int64_t{signed_height}));
  const std::uint64_t row_bits = width * number_at(file, old ? 24 : 28, 2);
  if (height == 0) return 0;
  return number_at(file, 10, 4) + (height - 1) * ((row_bits + 31) / 32 * 4) + (row_bits + 7) / 8;
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> file, std::string_view name) {
  if (file.size() > kMaxImageBytes) {
    throw DataError(concat(name, ": ", file.size(), " bytes, expected a picture of at most ", kMaxImageBytes));
  }
  if (!file.empty() && file.front() == 0xFF) {  // no PNG or BMP begins so
    file = safe_jpeg(file);
    if (file.empty()) throw DataError(concat(name, ": broken JPEG: a Huffman table of more than 256 codes"));
    if (file.size() < 2 || file[file.size() - 2] != 0xFF || file.back() != 0xD9) {
      throw DataError(concat(name, ": broken JPEG: ends at byte ", file.size(), " without the end of the picture"));
    }
  }
  if (const std::string problem = png_problem(file); !problem.empty()) {
    throw DataError(concat(name, ": broken PNG: ", problem));
  }
  if (const std::uint64_t bytes = bmp_bytes(file); file.size() < bytes) {
    throw DataError(concat(name, ": broken BMP: ", file.size(), " bytes, expected ", bytes));
  }
  const auto [rgba, width, height, problem] = stb_decode(file);
  if (rgba == nullptr) {
    throw DataError(
        concat(name, ": not a PNG, JPEG or BMP of at most ", kMaxImageSide, " pixels a side (", problem, ")"));
  }
  if (height < 1 || width < 1) {
    throw DataError(concat(name, ": a picture of ", width, " x ", height, " pixels, expected at least 1 x 1"));
  }
  Image image{.height = height, .width = width, .pixels = {}};
  const auto count = static_cast<std::size_t>(image.height * image.width);
  image.pixels.resize(3 * count);
  for (std::size_t p = 0; p < count; ++p) {
    const int alpha = rgba[4 * p + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const int over_white = (rgba[4 * p + c] * alpha + 255 * (255 - alpha) + 127) / 255;
      image.pixels[3 * p + c] = static_cast<std::uint8_t>(over_white);
    }
  }
  return image;
}

Image read_image(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> file = read_file("image", path, kMaxImageBytes);
  return decode_image(file, concat("image: ", path.string()));
}

Image centre_square(const Image& image, Index size) {
  require(size >= 1 && size <= kMaxImageSide, "centre_square: size ", size, ", expected 1 to ", kMaxImageSide);
  const Index side = std::min(image.height, image.width);
  require(side >= 1, "centre_square: picture of ", image.height, " x ", image.width, " pixels, expected 1 x 1 or more");
  const std::vector<Cover> rows = covers((image.height - side) / 2, side, size);
  const std::vector<Cover> columns = covers((image.width - side) / 2, side, size);
  Image square{.height = size, .width = size, .pixels = {}};
  square.pixels.reserve(static_cast<std::size_t>(3 * size * size));
  for (const Cover& row : rows) {
    for (const Cover& column : columns) {
      float sum[3] = {0.5F, 0.5F, 0.5F};  // rounds to nearest
      for (std::size_t y = 0; y < row.weights.size(); ++y) {
        const Index line = row.first + static_cast<Index>(y);
        const std::uint8_t* pixel = image.pixels.data() + 3 * (line * image.width + column.first);
        for (const float weight : column.weights) {
          for (float& channel : sum) channel += row.weights[y] * weight * static_cast<float>(*pixel++);
        }
      }
      for (const float channel : sum) square.pixels.push_back(static_cast<std::uint8_t>(std::min(channel, 255.0F)));
    }
  }
  return square;
}

Image load_image(const std::filesystem::path& path, Index size) {
  require(size >= 1 && size <= kMaxImageSide, "load_image: size ", size, ", expected 1 to ", kMaxImageSide);
  return centre_square(read_image(path), size);
}

}  // namespace mog
