// Orientation tags in both byte orders, sound and not, and pictures that are turned upright.
#include "data/exif.hpp"

#include "data/image.hpp"
#include "tests/data/jpegs.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

/// A TIFF header whose directory holds two tags: another one, and the orientation of a type and count.
Bytes make_exif(std::uint32_t value, bool big = false, std::uint32_t type = 3, std::uint32_t count = 1) {
  Bytes out = big ? Bytes{'M', 'M'} : Bytes{'I', 'I'};
  const auto put = [&](std::uint32_t number, int bytes) {
    big ? big_endian(out, number, bytes) : little_endian(out, number, bytes);
  };
  put(42, 2);
  put(8, 4);
  put(2, 2);
  put(0x0100, 2), put(4, 2), put(1, 4), put(640, 4);
  put(0x0112, 2), put(type, 2), put(count, 4);
  const int bytes = type == 1 ? 1 : type == 3 ? 2 : 4;
  put(value, bytes);
  put(0, 4 - bytes);
  put(0, 4);
  return out;
}

/// A scene of 24 x 16 pixels: the value of an upright block of 8 x 8.
int scene(Index y, Index x) { return static_cast<int>(40 + 60 * y + 25 * x); }

/// Where the EXIF standard says that stored row 0 and column 0 are of the upright picture; block (y, x) of `height` x
/// `width` stored ones is this block of it.
std::pair<Index, Index> shown(int orientation, Index y, Index x, Index height, Index width) {
  switch (orientation) {
    case 1:  // row 0 is the top, column 0 the left side
      return {y, x};
    case 2:  // top, right
      return {y, width - 1 - x};
    case 3:  // bottom, right
      return {height - 1 - y, width - 1 - x};
    case 4:  // bottom, left
      return {height - 1 - y, x};
    case 5:  // left, top
      return {x, y};
    case 6:  // right, top
      return {x, height - 1 - y};
    case 7:  // right, bottom
      return {width - 1 - x, height - 1 - y};
    default:  // left, bottom
      return {width - 1 - x, y};
  }
}

Bytes with_exif(Bytes png, const Bytes& exif) {
  Bytes out(png.begin(), png.begin() + 33);
  png_chunk(out, "eXIf", exif);
  out.insert(out.end(), png.begin() + 33, png.end());
  return out;
}

}  // namespace

TEST_CASE("orientations 1 to 8 are read in both byte orders, as 16 bits and as other whole numbers") {
  for (std::uint32_t value = 1; value <= 8; ++value) {
    for (const bool big : {false, true}) {
      for (const std::uint32_t type : {1U, 3U, 4U}) {
        CHECK(exif_orientation(make_exif(value, big, type)) == static_cast<int>(value));
      }
    }
  }
}

TEST_CASE("data that are malformed or say nothing of use are upright") {
  for (const std::uint32_t value : {0U, 9U, 255U, 0xFFFFU}) CHECK(exif_orientation(make_exif(value)) == 1);
  CHECK(exif_orientation(make_exif(6, false, 2)) == 1);     // text
  CHECK(exif_orientation(make_exif(6, false, 3, 2)) == 1);  // two of them
  const Bytes sound = make_exif(6, true);
  for (std::size_t length = 0; length < sound.size(); ++length) {
    const int found = exif_orientation(std::span(sound).first(length));
    CHECK(found == (length >= 34 ? 6 : 1));  // the orientation's entry ends there
  }
  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = sound;
      flipped[at] ^= static_cast<std::uint8_t>(1 << bit);
      const int found = exif_orientation(flipped);
      CHECK(found >= 1);
      CHECK(found <= 8);
    }
  }
  Bytes far = sound;  // a directory beyond the end, and one that begins within itself
  for (std::size_t i = 4; i < 8; ++i) far[i] = 0xFF;
  CHECK(exif_orientation(far) == 1);
  far = sound;
  far[7] = 0;
  CHECK(exif_orientation(far) == 1);
}

TEST_CASE("a scene under each of the eight tags is one picture, in JPEG and in PNG") {
  constexpr Index kRows = 2, kColumns = 3;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const bool turned = orientation >= 5;
    const Index height = turned ? kColumns : kRows, width = turned ? kRows : kColumns;
    const auto stored = [&](Index y, Index x) {
      const auto [v, u] = shown(orientation, y, x, height, width);
      return scene(v, u);
    };
    const Bytes exif = make_exif(static_cast<std::uint32_t>(orientation), orientation % 2 == 0);
    const Bytes jpeg = make_jpeg({.height = 8 * height, .width = 8 * width, .exif = exif},
                                 [&](std::size_t, Index y, Index x) { return stored(y, x); });
    const Bytes png =
        with_exif(make_png(8 * height, 8 * width, 1, 8,
                           [&](Index y, Index x, Index) { return static_cast<unsigned>(stored(y / 8, x / 8)) * 257U; }),
                  exif);
    for (const Bytes& file : {jpeg, png}) {
      const Image image = decode_image(file, "made");
      REQUIRE(image.height == 8 * kRows);
      REQUIRE(image.width == 8 * kColumns);
      for (Index p = 0; p < image.height * image.width; ++p) {
        const int expected = scene(p / image.width / 8, p % image.width / 8);
        REQUIRE(image.pixels[static_cast<std::size_t>(3 * p)] == expected);
      }
    }
  }
}

TEST_CASE("the first EXIF data of a JPEG count, and broken ones leave the picture as it is") {
  const auto blocks = [](std::size_t, Index, Index x) { return static_cast<int>(50 + 100 * x); };
  JpegOptions options{.height = 8, .width = 16, .exif = make_exif(6)};
  const Bytes turned = make_jpeg(options, blocks);
  CHECK(decode_image(turned, "made").height == 16);
  options.exif = {'I', 'I', 42, 0, 255};
  const Image upright = decode_image(make_jpeg(options, blocks), "made");
  CHECK(upright.height == 8);
  CHECK(upright.pixels[0] == 50);
}
