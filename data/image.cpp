// Checking and decoding a file, turning the picture upright, and scaling with a box filter.
#include "data/image.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/bmp_check.hpp"
#include "data/exif.hpp"
#include "data/file.hpp"
#include "data/jpeg_check.hpp"
#include "data/picture_kind.hpp"
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

/// The first bytes, for a file of no known kind.
std::string first_bytes(std::span<const std::uint8_t> file) {
  std::string text;
  for (const std::uint8_t byte : file.first(std::min<std::size_t>(4, file.size()))) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += {' ', kDigits[byte >> 4], kDigits[byte & 15U]};
  }
  return text;
}

CheckedPicture check(PictureBytes& file, PictureKind kind) {
  if (kind == PictureKind::png) return check_png(file);
  return kind == PictureKind::jpeg ? check_jpeg(file) : check_bmp(file);
}

/// The picture upright, as RGB, over white. `pixels` are RGBA, or indices of the palette where there is one.
Image painted(const Decoded& decoded, const CheckedPicture& picture, const PictureBytes& file) {
  const Upright map = upright(picture.orientation, decoded.height, decoded.width);
  Image image{.height = map.height, .width = map.width, .pixels = {}};
  image.pixels.resize(static_cast<std::size_t>(3 * map.height * map.width));
  std::uint8_t* out = image.pixels.data();
  for (Index y = 0; y < map.height; ++y) {
    for (Index x = 0; x < map.width; ++x) {
      const Index from = map.first + y * map.down + x * map.right;
      const std::uint8_t* rgba = decoded.pixels.get() + 4 * from;
      if (!picture.palette.empty()) {
        const auto index =
            static_cast<std::size_t>(decoded.pixels[static_cast<std::size_t>(from)] / picture.index_step);
        if (index >= picture.palette.size()) {
          file.broken(picture.pixels_at, "pixel ", from, " has colour ", index, " of a palette of ",
                      picture.palette.size());
        }
        rgba = picture.palette[index].data();
      }
      const int alpha = rgba[3];
      for (std::size_t c = 0; c < 3; ++c) {
        *out++ = static_cast<std::uint8_t>((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
  }
  return image;
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> file, std::string_view name) {
  if (file.size() > kMaxImageBytes) {
    throw DataError(
        concat(name, ": ", file.size(), " bytes, expected a picture of at most ", kMaxImageBytes, "; scale it down"));
  }
  const auto [kind, kind_name, advice] = picture_kind(file);
  if (kind == PictureKind::other) {
    const bool unknown = kind_name.empty();
    throw DataError(concat(name, ": not a PNG, JPEG or BMP but ", kind_name,
                           unknown ? concat("a file that begins with the bytes", first_bytes(file)) : "", "; ",
                           advice));
  }
  PictureBytes bytes(file, name, kind_name);
  const CheckedPicture picture = check(bytes, kind);
  const Decoded decoded =
      stb_decode(picture.rewritten.empty() ? file : std::span(picture.rewritten), picture.palette.empty() ? 4 : 1);
  if (decoded.pixels == nullptr) bytes.broken(picture.pixels_at, "stb_image finds: ", decoded.problem);
  return painted(decoded, picture, bytes);
}

Image read_image(const std::filesystem::path& path) {
  LargePicture turn;
  std::error_code ignored;
  const std::uintmax_t bytes = std::filesystem::file_size(path, ignored);
  if (!ignored && bytes > static_cast<std::uintmax_t>(kLargePicturePixels)) turn.take();
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
        float part[3] = {};  // a row by itself: millions of small numbers, added to one sum, would be lost in it
        for (const float weight : column.weights) {
          for (float& channel : part) channel += weight * static_cast<float>(*pixel++);
        }
        for (std::size_t c = 0; c < 3; ++c) sum[c] += row.weights[y] * part[c];
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
