// Checking and decoding a file, turning the picture upright, and scaling with a box filter.
#include "data/image.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/float_environment.hpp"
#include "core/limits.hpp"
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

/// One of the three kinds that are read; throws DataError for a file that begins otherwise.
PictureKindName readable_kind(std::span<const std::uint8_t> file, std::string_view name) {
  const PictureKindName found = picture_kind(file);
  if (found.kind != PictureKind::other) return found;
  throw DataError(concat(name, ": not a PNG, JPEG or BMP but ", found.name,
                         found.name.empty() ? concat("a file that begins with the bytes", first_bytes(file)) : "", "; ",
                         found.advice));
}

void check_size(std::uint64_t bytes, std::string_view name) {
  if (bytes <= kMaxImageBytes) return;
  throw DataError(
      concat(name, ": ", bytes, " bytes, expected a picture of at most ", kMaxImageBytes, "; scale it down"));
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
  check_size(file.size(), name);
  const PictureKindName kind = readable_kind(file, name);
  PictureBytes bytes(file, name, kind.name);
  const CheckedPicture picture = check(bytes, kind.kind);
  const Decoded decoded =
      stb_decode(picture.rewritten.empty() ? file : std::span(picture.rewritten), picture.palette.empty() ? 4 : 1);
  if (decoded.pixels == nullptr) bytes.broken(picture.pixels_at, "stb_image finds: ", decoded.problem);
  return painted(decoded, picture, bytes);
}

Image read_image(const std::filesystem::path& path) {
  LargePicture turn;
  InputFile input("image", path);
  constexpr std::uint64_t kBeginning = 4096;  // tells what is no picture before the rest of it is read
  std::vector<std::uint8_t> file(std::min(input.size(), kBeginning));
  input.read(file);
  static_cast<void>(readable_kind(file, input.label()));
  check_size(input.size(), input.label());
  if (input.size() > static_cast<std::uint64_t>(kLargePicturePixels)) turn.take();
  const std::size_t begun = file.size();
  file.resize(input.size());
  input.read(std::span(file).subspan(begun));
  return decode_image(file, input.label());
}

namespace {

void check_size(const char* what, const PictureSize& size) {
  require(size.height >= 1 && size.height <= kMostPictureSide && size.width >= 1 && size.width <= kMostPictureSide,
          what, ": size ", text_of(size), ", expected 1 to ", kMostPictureSide, " a side");
}

}  // namespace

Image centre_cut(const Image& image, const PictureSize& size) {
  const FloatEnvironment standard;
  check_size("centre_cut", size);
  require(image.height >= 1 && image.width >= 1, "centre_cut: picture of ", image.height, " x ", image.width,
          " pixels, expected 1 x 1 or more");
  // Of the sides, the one that the other leaves room for in these proportions.
  const Index height = std::max(Index{1}, std::min(image.height, image.width * size.height / size.width));
  const Index width = std::max(Index{1}, std::min(image.width, image.height * size.width / size.height));
  const std::vector<Cover> rows = covers((image.height - height) / 2, height, size.height);
  const std::vector<Cover> columns = covers((image.width - width) / 2, width, size.width);
  Image cut{.height = size.height, .width = size.width, .pixels = {}};
  cut.pixels.reserve(static_cast<std::size_t>(3 * size.height * size.width));
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
      for (const float channel : sum) cut.pixels.push_back(static_cast<std::uint8_t>(std::min(channel, 255.0F)));
    }
  }
  return cut;
}

Image load_image(const std::filesystem::path& path, const PictureSize& size) {
  check_size("load_image", size);  // before the file is read
  return centre_cut(read_image(path), size);
}

}  // namespace mog
