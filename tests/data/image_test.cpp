// Decoding against files whose pixels are known, scaling against the mean of the area covered, and broken files.
#include "data/image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/data/jpegs.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

unsigned some_pixel(Index y, Index x, Index c) {
  return static_cast<unsigned>((y * 37 + x * 11 + c * 101) % 256) * 257U;
}

/// 16 x 8 pixels of (198, 101, 50), made by Pillow:
/// Image.new("RGB", (16, 8), (200, 100, 50)).save(..., quality=50, optimize=True).
const Bytes kJpeg = {
    255, 216, 255, 224, 0,   16,  74, 70, 73, 70,  0,   1,   1,  0,  0,   1,   0,   1,   0,   0,   255, 219,
    0,   67,  0,   16,  11,  12,  14, 12, 10, 16,  14,  13,  14, 18, 17,  16,  19,  24,  40,  26,  24,  22,
    22,  24,  49,  35,  37,  29,  40, 58, 51, 61,  60,  57,  51, 56, 55,  64,  72,  92,  78,  64,  68,  87,
    69,  55,  56,  80,  109, 81,  87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92,  101, 103,
    99,  255, 219, 0,   67,  1,   17, 18, 18, 24,  21,  24,  47, 26, 26,  47,  99,  66,  56,  66,  99,  99,
    99,  99,  99,  99,  99,  99,  99, 99, 99, 99,  99,  99,  99, 99, 99,  99,  99,  99,  99,  99,  99,  99,
    99,  99,  99,  99,  99,  99,  99, 99, 99, 99,  99,  99,  99, 99, 99,  99,  99,  99,  99,  99,  99,  99,
    99,  99,  99,  99,  255, 192, 0,  17, 8,  0,   8,   0,   16, 3,  1,   34,  0,   2,   17,  1,   3,   17,
    1,   255, 196, 0,   21,  0,   1,  1,  0,  0,   0,   0,   0,  0,  0,   0,   0,   0,   0,   0,   0,   0,
    0,   2,   255, 196, 0,   20,  16, 1,  0,  0,   0,   0,   0,  0,  0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   255, 196, 0,   20,  1,  1,  0,  0,   0,   0,   0,  0,  0,   0,   0,   0,   0,   0,   0,   0,
    0,   5,   255, 196, 0,   20,  17, 1,  0,  0,   0,   0,   0,  0,  0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   255, 218, 0,   12,  3,  1,  0,  2,   17,  3,   17, 0,  63,  0,   144, 5,   153, 127, 255, 217};

Image random_image(Index height, Index width) {
  Image image{.height = height, .width = width, .pixels = {}};
  Random random(3, Purpose::user);
  for (Index i = 0; i < 3 * height * width; ++i) image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

double overlap(double begin1, double end1, double begin2, double end2) {
  return std::max(0.0, std::min(end1, end2) - std::max(begin1, begin2));
}

/// The mean of channel c over the area that target pixel (y, x) covers, over all source pixels in double.
double area_mean(const Image& image, Index size, Index y, Index x, Index c) {
  const Index side = std::min(image.height, image.width);
  const double scale = static_cast<double>(side) / static_cast<double>(size);
  const auto top = static_cast<double>((image.height - side) / 2) + static_cast<double>(y) * scale;
  const auto left = static_cast<double>((image.width - side) / 2) + static_cast<double>(x) * scale;
  double sum = 0;
  for (Index v = 0; v < image.height; ++v) {
    for (Index u = 0; u < image.width; ++u) {
      const auto dv = static_cast<double>(v);
      const auto du = static_cast<double>(u);
      sum += overlap(top, top + scale, dv, dv + 1) * overlap(left, left + scale, du, du + 1) *
             image.pixels[static_cast<std::size_t>((v * image.width + u) * 3 + c)];
    }
  }
  return sum / (scale * scale);
}

}  // namespace

TEST_CASE(
    "PNG with 1 to 4 channels of 8 or 16 bits and BMP give the pixels that were put in; alpha is laid over white") {
  for (const int bits : {8, 16}) {
    for (Index channels = 1; channels <= 4; ++channels) {
      const Image image = decode_image(make_png(5, 7, channels, bits, some_pixel), "made");
      REQUIRE(image.height == 5);
      REQUIRE(image.width == 7);
      REQUIRE(image.pixels.size() == 105);
      for (Index i = 0; i < 105; ++i) {
        const Index y = i / 21, x = i / 3 % 7, c = channels < 3 ? 0 : i % 3;
        const double alpha = channels % 2 == 0 ? (some_pixel(y, x, channels - 1) >> 8) / 255.0 : 1;
        const double expected = (some_pixel(y, x, c) >> 8) * alpha + 255 * (1 - alpha);
        CHECK(std::abs(image.pixels[static_cast<std::size_t>(i)] - expected) <= 0.5);
      }
    }
  }
  const Image image = decode_image(make_bmp(5, 7, some_pixel), "made");
  REQUIRE(image.pixels.size() == 105);
  for (Index i = 0; i < 105; ++i) {
    CHECK(image.pixels[static_cast<std::size_t>(i)] == some_pixel(i / 21, i / 3 % 7, i % 3) >> 8);
  }
}

TEST_CASE("a JPEG is decoded") {
  const Image image = decode_image(kJpeg, "made");
  REQUIRE(image.height == 8);
  REQUIRE(image.width == 16);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    CHECK(std::abs(image.pixels[i] - 198) <= 1);
    CHECK(std::abs(image.pixels[i + 1] - 101) <= 1);
    CHECK(std::abs(image.pixels[i + 2] - 50) <= 1);
  }
}

TEST_CASE("scaling gives the mean of the area that each pixel covers, of the centred square") {
  for (const auto& [height, width] :
       {std::pair<Index, Index>{1, 1}, {2, 2}, {5, 5}, {7, 12}, {13, 6}, {64, 64}, {33, 50}}) {
    const Image image = random_image(height, width);
    for (const Index size : {1, 2, 3, 8, 13, 32}) {
      const Image square = centre_cut(image, {size, size});
      REQUIRE(square.height == size);
      REQUIRE(square.width == size);
      REQUIRE(static_cast<Index>(square.pixels.size()) == 3 * size * size);
      for (Index i = 0; i < 3 * size * size; ++i) {
        const double expected = area_mean(image, size, i / (3 * size), i / 3 % size, i % 3);
        // Half a unit from rounding; float sums of at most 64 * 64 terms below 255 add less than 0.1.
        REQUIRE(std::abs(square.pixels[static_cast<std::size_t>(i)] - expected) < 0.6);
      }
    }
  }
}

TEST_CASE("another shape than a square is cut to its proportions in the middle, to the pixel below") {
  Image image{.height = 4, .width = 12, .pixels = {}};
  for (Index y = 0; y < 4; ++y) {
    for (Index x = 0; x < 12; ++x) image.pixels.insert(image.pixels.end(), 3, static_cast<std::uint8_t>(10 * x + y));
  }
  const auto greys = [](const Image& cut) {
    std::vector<int> all;
    for (std::size_t i = 0; i < cut.pixels.size(); i += 3) all.push_back(cut.pixels[i]);
    return all;
  };
  // Of 4 x 12 pixels two to one is 4 x 8, from column 2 on; each pixel the mean of 2 x 2.
  const Image wide = centre_cut(image, {.height = 2, .width = 4});
  CHECK(wide.height == 2);
  CHECK(wide.width == 4);
  CHECK(greys(wide) == std::vector<int>{26, 46, 66, 86, 28, 48, 68, 88});  // 25.5 and 27.5 round up
  // One to two is 4 x 2, from column 5 on.
  CHECK(greys(centre_cut(image, {.height = 4, .width = 2})) == std::vector<int>{50, 60, 51, 61, 52, 62, 53, 63});
  // Proportions that leave no whole pixel take one.
  CHECK(centre_cut(image, {.height = 100, .width = 1}).pixels.size() == 300);
}

TEST_CASE("a square picture of the asked size stays as it is") {
  const Image image = random_image(32, 32);
  CHECK(centre_cut(image, {32, 32}).pixels == image.pixels);
}

TEST_CASE("other formats are called by their names, with the file's and what to do") {
  const Scratch scratch;
  const fs::path path = scratch.path() / "picture.png";
  const auto refusal = [&](std::string_view text) {
    write_text(path, text);
    return message_of<DataError>([&] { load_image(path, {32, 32}); });
  };
  const auto expected = [&](std::string_view what) {
    return concat("image: ", path.string(), ": not a PNG, JPEG or BMP but ", what);
  };
  CHECK(refusal("") == expected("an empty file; get it anew, or leave it out"));
  CHECK(refusal("GIF89a and so on") == expected("a GIF picture; save it as a PNG or a JPEG"));
  CHECK(refusal("RIFF1234WEBPVP8 ") == expected("a WebP picture; save it as a PNG or a JPEG"));
  CHECK(refusal(std::string_view("\0\0\0\x18"
                                 "ftypheic",
                                 12)) == expected("a HEIC picture; save it as a PNG or a JPEG"));
  CHECK(refusal("P6 2 2 255 abcdefghijkl") == expected("a Netpbm picture; save it as a PNG or a JPEG"));
  CHECK(refusal("8BPS") == expected("a Photoshop file; save it as a PNG or a JPEG"));
  CHECK(refusal("<!DOCTYPE html>") == expected("a web page; download the picture itself"));
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\n") ==
        expected("a Git LFS pointer in the picture's place; get the picture: git lfs pull"));
  CHECK(refusal("\x89PNG\n\x1A\n") ==
        expected("a PNG whose line breaks were changed on the way; copy it again, as binary data"));
  CHECK(refusal(std::string(4096, '\0')) == expected("a file of zeros; get it anew, or leave it out"));
  CHECK(refusal("no picture") ==
        expected("a file that begins with the bytes 6e 6f 20 70; save it as a PNG or a JPEG, or leave it out"));
}

TEST_CASE("too large files and too large pictures are refused with the bound, those at the bound are read") {
  const Scratch scratch;
  const fs::path path = scratch.path() / "picture.png";
  const auto refusal = [&] { return message_of<DataError>([&] { load_image(path, {32, 32}); }); };
  constexpr std::string_view kBound = "expected at most 65535 a side and 67108864 in all; scale it down";
  write_text(path, as_text(make_png(1, 65'536, 1, 8, some_pixel)));
  CHECK(contains(refusal(), concat("a PNG of 65536 x 1 pixels, ", kBound)));
  write_text(path, as_text(make_png(1, 65'535, 1, 8, some_pixel)));
  CHECK(load_image(path, {32, 32}).pixels.size() == 3072);
  const auto one_grey = [](std::size_t, Index, Index) { return 77; };
  const Bytes large = make_jpeg({.height = 6000, .width = 12'000}, one_grey);
  CHECK(contains(message_of<DataError>([&] { decode_image(large, "made"); }),
                 concat("made: a JPEG of 12000 x 6000 pixels, ", kBound)));
  fs::resize_file(path, kMaxImageBytes + 1);
  CHECK(contains(refusal(), "picture.png: 268435457 bytes, expected a picture of at most 268435456"));
  CHECK(contains(message_of<IoError>([&] {
                   load_image(scratch.path() / "none.png", {32, 32});
                 }),
                 "none.png: no such file"));
  CHECK_THROWS_AS(load_image(path, {0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(load_image(path, {4097, 4097}), std::invalid_argument);
}

TEST_CASE("a photograph of 20 million pixels is read and scaled; a mean of millions of pixels loses none of them") {
  const auto halves = [](std::size_t, Index, Index x) { return x < 320 ? 100 : 201; };
  const Image image = decode_image(make_jpeg({.height = 4096, .width = 5120}, halves), "made");
  REQUIRE(image.height == 4096);
  REQUIRE(image.width == 5120);
  const Image one = centre_cut(image, {1, 1});
  CHECK(std::abs(one.pixels[0] - 150.5) <= 0.6);
  const Image two = centre_cut(image, {2, 2});
  CHECK(two.pixels[0] == 100);
  CHECK(two.pixels[3] == 201);
}

TEST_CASE("more bytes than a picture may have are refused before they are looked at") {
  const auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(kMaxImageBytes + 1);
  CHECK(message_of<DataError>([&] {
          decode_image({bytes.get(), kMaxImageBytes + 1}, "memory");
        }) == "memory: 268435457 bytes, expected a picture of at most 268435456; scale it down");
}

TEST_CASE("what is no picture is told by its beginning, whatever its size") {
  const Scratch scratch;
  const fs::path path = scratch.path() / "huge.png";
  write_text(path, "");
  fs::resize_file(path, std::uintmax_t{1} << 39);  // zeros that the file system does not store
  CHECK(contains(message_of<DataError>([&] {
                   load_image(path, {32, 32});
                 }),
                 "huge.png: not a PNG, JPEG or BMP but a file of"));
}

TEST_CASE("a JPEG whose Huffman table holds more than 256 codes is refused before it is decoded") {
  const std::array<std::uint8_t, 2> marker = {0xFF, 0xC4};
  const auto table = std::search(kJpeg.begin(), kJpeg.end(), marker.begin(), marker.end()) - kJpeg.begin();
  for (const Index count : {5, 20}) {  // of the 16 counts that follow marker, length, class and number
    Bytes broken = kJpeg;
    broken[static_cast<std::size_t>(table + count)] = 255;
    broken[static_cast<std::size_t>(table + 12)] = 2;
    CHECK(contains(message_of<DataError>([&] { decode_image(broken, "made"); }), "a Huffman table of "));
  }
  Bytes harmless = kJpeg;  // the same bytes where they mean nothing: in a comment, and after the end of the picture
  Bytes comment = {0xFF, 0xFE, 0, 22, 0xFF, 0xC4, 1, 0};
  comment.resize(24, 255);
  harmless.insert(harmless.end(), comment.begin(), comment.end());
  harmless.insert(harmless.begin() + 2, comment.begin(), comment.end());
  CHECK(decode_image(harmless, "made").pixels == decode_image(kJpeg, "made").pixels);
}

TEST_CASE("a broken picture is decoded or refused, never worse (run this one under sanitizers)") {
  Random random(5, Purpose::user);
  int refused = 0;
  for (const Bytes& whole :
       {make_png(9, 6, 4, 8, some_pixel), make_png(4, 6, 3, 16, some_pixel), make_bmp(5, 7, some_pixel), kJpeg}) {
    const auto attempt = [&](const Bytes& bytes) {
      try {
        const Image image = decode_image(bytes, "broken");
        REQUIRE(static_cast<Index>(image.pixels.size()) == 3 * image.height * image.width);
      } catch (const DataError&) {
        ++refused;
      }
    };
    for (std::size_t length = 0; length < whole.size(); ++length) {
      attempt(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    }
    for (int trial = 0; trial < 2000; ++trial) {
      Bytes bytes = whole;
      for (std::uint32_t flips = 1 + random.below(4); flips > 0; --flips) {
        bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
      }
      // Two bytes of a BMP's or PNG's sizes could ask for millions of pixels each time: slow, not wrong.
      if (trial % 4 != 0) std::copy_n(whole.begin(), std::min<std::size_t>(30, whole.size()), bytes.begin());
      attempt(bytes);
    }
  }
  CHECK(refused > 500);
}
