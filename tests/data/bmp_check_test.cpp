// Bitmaps of every header and depth against the pixels that were put in, and what is refused.
#include "data/bmp_check.hpp"

#include "core/error.hpp"
#include "data/image.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

struct BmpOptions {
  std::uint32_t header = 40;
  std::int32_t height = 2, width = 2;
  std::uint32_t bits = 24, compression = 0;
  std::uint32_t colours = 0;              // as the header says
  Bytes between = {};                     // palette or masks, after a short header
  std::vector<std::uint32_t> masks = {};  // within a long one
};

Bytes make(const BmpOptions& o, const Bytes& pixels) {
  Bytes out(10, 0);
  out[0] = 'B';
  out[1] = 'M';
  little_endian(out, 14 + o.header + static_cast<std::uint32_t>(o.between.size()), 4);
  little_endian(out, o.header, 4);
  const int side = o.header == 12 ? 2 : 4;
  little_endian(out, static_cast<std::uint32_t>(o.width), side);
  little_endian(out, static_cast<std::uint32_t>(o.height), side);
  little_endian(out, 1, 2);
  little_endian(out, o.bits, 2);
  if (o.header >= 40) {
    little_endian(out, o.compression, 4);
    out.resize(46, 0);
    little_endian(out, o.colours, 4);
    out.resize(54, 0);
    for (const std::uint32_t mask : o.masks) little_endian(out, mask, 4);
  }
  out.resize(14 + o.header, 0);
  for (const std::uint8_t byte : o.between) out.push_back(byte);
  for (const std::uint8_t byte : pixels) out.push_back(byte);
  return out;
}

Bytes pixels_of(const BmpOptions& o, const Bytes& pixels) { return decode_image(make(o, pixels), "made").pixels; }
std::string refusal(const BmpOptions& o, const Bytes& pixels) {
  return message_of<DataError>([&] { decode_image(make(o, pixels), "made"); });
}

const Bytes kBlackWhiteRed3 = {0, 0, 0, 255, 255, 255, 0, 0, 255};           // blue first
const Bytes kBlackWhiteRed4 = {0, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 9};  // and a byte that means nothing
const Bytes kBottomUp = {255, 255, 255, 255, 0, 0, 0, 0, 0, 255, 255, 255};  // of indices 1 2, above 0 1

}  // namespace

TEST_CASE("palettes of OS/2 and Windows, full and short, give the same colours at 1, 4 and 8 bits") {
  for (const std::uint32_t header : {12U, 16U, 40U, 56U, 64U, 108U, 124U}) {
    const Bytes& palette = header == 12 ? kBlackWhiteRed3 : kBlackWhiteRed4;
    const BmpOptions options{.header = header, .bits = 8, .between = palette};
    CHECK(pixels_of(options, {0, 1, 0, 0, 1, 2, 0, 0}) == kBottomUp);
    const BmpOptions four{.header = header, .bits = 4, .between = palette};
    CHECK(pixels_of(four, {0x01, 0, 0, 0, 0x12, 0, 0, 0}) == kBottomUp);
    const BmpOptions one{
        .header = header, .bits = 1, .between = Bytes(palette.begin(), palette.end() - (header == 12 ? 3 : 4))};
    CHECK(pixels_of(one, {0x40, 0, 0, 0, 0x80, 0, 0, 0}) == Bytes{255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255});
  }
  const BmpOptions os2{.header = 12, .height = 2, .width = 8, .bits = 1, .between = {0, 0, 0, 255, 255, 255}};
  const Bytes image = pixels_of(os2, {0xF0, 0, 0, 0, 0xF0, 0, 0, 0});  // from a report: left half white was black
  for (std::size_t i = 0; i < image.size(); ++i) CHECK(image[i] == (i / 3 % 8 < 4 ? 255 : 0));
}

TEST_CASE("an index beyond the palette is damage, and so are palettes without room") {
  const BmpOptions options{.bits = 8, .between = kBlackWhiteRed4};
  CHECK(contains(refusal(options, {0, 1, 0, 0, 3, 2, 0, 0}), "byte 70: a pixel has colour 3 of a palette of 3"));
  const BmpOptions stated{.bits = 8, .colours = 2, .between = kBlackWhiteRed4};
  CHECK(contains(refusal(stated, {0, 1, 0, 0, 1, 2, 0, 0}), "colour 2 of a palette of 2"));
  CHECK(contains(refusal({.bits = 8}, {0, 0, 0, 0, 0, 0, 0, 0}), "no palette between header and pixels"));
  const BmpOptions many{.bits = 8, .colours = 1000, .between = kBlackWhiteRed4};
  CHECK(contains(refusal(many, {0, 0, 0, 0, 0, 0, 0, 0}), "a palette of 1000 colours, with room for 3"));
  Bytes within = make(options, {0, 1, 0, 0, 1, 2, 0, 0});
  within[10] = 40;
  CHECK(contains(message_of<DataError>([&] { decode_image(within, "made"); }),
                 "pixels begin at byte 40, within the header"));
}

TEST_CASE("16, 24 and 32 bits with a table of suggested colours are read as without") {
  const Bytes suggested = {0, 0, 0, 0, 255, 255, 255, 0};
  const BmpOptions options{.colours = 2, .between = suggested};
  CHECK(pixels_of(options, {0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0}) ==
        Bytes{0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0});
  const BmpOptions sixteen{.width = 1, .bits = 16, .colours = 2, .between = suggested};
  CHECK(pixels_of(sixteen, {0x00, 0x7C, 0, 0, 0x1F, 0, 0, 0}) == Bytes{0, 0, 255, 255, 0, 0});
}

TEST_CASE("32 bits without a mask for alpha are opaque, whatever the fourth byte holds; with one they are not") {
  const BmpOptions plain{.height = 1, .width = 2, .bits = 32};
  CHECK(pixels_of(plain, {10, 20, 30, 0, 40, 50, 60, 7}) == Bytes{30, 20, 10, 60, 50, 40});
  const BmpOptions opaque{
      .header = 108, .height = 1, .width = 1, .bits = 32, .compression = 3, .masks = {0xFF0000, 0xFF00, 0xFF, 0}};
  CHECK(pixels_of(opaque, {10, 20, 30, 7}) == Bytes{30, 20, 10});
  for (const std::uint32_t header : {56U, 108U, 124U}) {
    const BmpOptions alpha{.header = header,
                           .height = 1,
                           .width = 2,
                           .bits = 32,
                           .compression = 3,
                           .masks = {0xFF0000, 0xFF00, 0xFF, 0xFF000000}};
    CHECK(pixels_of(alpha, {10, 20, 30, 255, 10, 20, 30, 0}) == Bytes{30, 20, 10, 255, 255, 255});
  }
}

TEST_CASE("masks of 16 and 32 bits are read wherever they stand, those of more than 8 bits by their upper ones") {
  const auto masks = [](std::initializer_list<std::uint32_t> all) {
    Bytes out;
    for (const std::uint32_t mask : all) little_endian(out, mask, 4);
    return out;
  };
  const BmpOptions five_six_five{
      .height = 1, .width = 1, .bits = 16, .compression = 3, .between = masks({0xF800, 0x7E0, 0x1F})};
  CHECK(pixels_of(five_six_five, {0xE0, 0xFF, 0, 0}) == Bytes{255, 255, 0});
  const BmpOptions inside{
      .header = 52, .height = 1, .width = 1, .bits = 16, .compression = 3, .masks = {0xF800, 0x7E0, 0x1F}};
  CHECK(pixels_of(inside, {0x1F, 0xF8, 0, 0}) == Bytes{255, 0, 255});
  const BmpOptions ten{.height = 1,
                       .width = 1,
                       .bits = 32,
                       .compression = 6,
                       .between = masks({0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000})};
  CHECK(pixels_of(ten, {0xFF, 0x03, 0x08, 0xC0}) == Bytes{0, 0x80, 255});  // green: 512 of 1023
  const BmpOptions holes{
      .height = 1, .width = 1, .bits = 16, .compression = 3, .between = masks({0xA000, 0x7E0, 0x1F})};
  CHECK(contains(refusal(holes, {0, 0, 0, 0}), "a BMP with a channel whose mask is no row of bits (byte 54)"));
  const BmpOptions none{.height = 1, .width = 1, .bits = 16, .compression = 3, .between = masks({0xFF00, 0xFF, 0})};
  CHECK(contains(refusal(none, {0, 0, 0, 0}), "a channel without bits (byte 62)"));
}

TEST_CASE("rows may go from the top down") {
  const BmpOptions options{.height = -2, .width = 1};
  CHECK(pixels_of(options, {1, 2, 3, 0, 4, 5, 6, 0}) == Bytes{3, 2, 1, 6, 5, 4});
}

TEST_CASE("variants that are not read are named") {
  const Bytes pixels(64, 0);
  const auto named = [&](const BmpOptions& options, std::string_view what) {
    CHECK(contains(refusal(options, pixels), concat("made: a BMP with ", what)));
  };
  named({.bits = 8, .compression = 1, .between = kBlackWhiteRed4},
        "compressed rows (RLE8) (byte 30) is not read; save it as");
  named({.bits = 4, .compression = 2, .between = kBlackWhiteRed4}, "compressed rows (RLE4)");
  named({.header = 64, .bits = 1, .compression = 3, .between = kBlackWhiteRed4}, "compressed pixels (Huffman 1D)");
  named({.header = 64, .compression = 4}, "compressed rows (RLE24)");
  named({.compression = 4}, "a JPEG inside");
  named({.compression = 5}, "a PNG inside");
  named({.bits = 2, .between = kBlackWhiteRed4}, "2 bits a pixel");
  named({.bits = 64}, "64 bits a pixel");
  named({.header = 41}, "a header of 41 bytes");
}

TEST_CASE("a BMP that ends before its last pixel is refused, one that ends with it is decoded") {
  const BmpOptions options{.height = 3, .width = 5};
  Bytes bmp = make(options, Bytes(3 * 16, 200));  // rows of 15 bytes and one of padding
  CHECK(decode_image(bmp, "bmp").pixels == Bytes(45, 200));
  bmp.pop_back();
  CHECK(decode_image(bmp, "bmp").width == 5);  // only the padding is missing
  bmp.pop_back();
  CHECK_THROWS_WITH_AS(
      decode_image(bmp, "bmp"),
      "bmp: broken BMP at byte 100: the file ends, expected 101 bytes; get the file anew, or leave it out", DataError);
  const Bytes whole = make(options, Bytes(3 * 16, 200));
  for (std::size_t length = 2; length < 100; ++length) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_THROWS_AS(decode_image(cut, "bmp"), DataError);
  }
}

TEST_CASE("a BMP without rows or columns, or with absurd ones, is refused") {
  CHECK(contains(refusal({.height = 0}, {}), "made: broken BMP: 2 x 0 pixels, expected at least 1 x 1"));
  CHECK(contains(refusal({.width = 0}, {}), "0 x 2 pixels"));
  CHECK(contains(refusal({.width = -5}, {}), "-5 x 2 pixels"));
  CHECK(contains(refusal({.height = INT32_MIN}, {}), "a BMP of 2 x 2147483648 pixels, expected at most"));
}
