// PNGs with one bit changed, variants whose colours are known, and what is refused.
#include "data/png_check.hpp"

#include "core/error.hpp"
#include "data/adler32.hpp"
#include "data/file.hpp"
#include "data/image.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

unsigned some_pixel(Index y, Index x, Index c) {
  return static_cast<unsigned>((y * 37 + x * 11 + c * 101) % 256) * 257U;
}

std::string refusal(const Bytes& file) {
  return message_of<DataError>([&] { decode_image(file, "made"); });
}

Bytes from_hex(std::string_view digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

/// Signature and header, for other chunks to follow.
Bytes begin_png(std::uint32_t height, std::uint32_t width, std::uint8_t bits, std::uint8_t colour_type) {
  Bytes header;
  big_endian(header, width, 4);
  big_endian(header, height, 4);
  for (const std::uint8_t byte : {bits, colour_type, std::uint8_t{0}, std::uint8_t{0}, std::uint8_t{0}}) {
    header.push_back(byte);
  }
  Bytes out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  png_chunk(out, "IHDR", header);
  return out;
}

/// A zlib stream of one block that is not compressed.
Bytes stored(const Bytes& rows) {
  Bytes out = {0x78, 0x01, 1};
  little_endian(out, static_cast<std::uint32_t>(rows.size()), 2);
  little_endian(out, ~static_cast<std::uint32_t>(rows.size()), 2);
  for (const std::uint8_t byte : rows) out.push_back(byte);
  big_endian(out, adler32(rows), 4);
  return out;
}

/// The whole file: `between` is put before the pixels.
Bytes finish_png(Bytes out, const Bytes& packed) {
  png_chunk(out, "IDAT", packed);
  png_chunk(out, "IEND", {});
  return out;
}

Bytes with_chunk(const Bytes& png, const char* letters, const Bytes& content) {
  Bytes out(png.begin(), png.begin() + 33);
  png_chunk(out, letters, content);
  out.insert(out.end(), png.begin() + 33, png.end());
  return out;
}

}  // namespace

TEST_CASE("each single bit of a PNG, changed, is noticed or changes no pixel") {
  const fs::path corpus = fs::path(MOG_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / "image";
  std::vector<Bytes> files = {make_png(5, 4, 3, 8, some_pixel), make_png(3, 3, 2, 16, some_pixel)};
  for (const char* name : {"grey1.png", "palette4.png", "palette.png", "rgba_filter4.png", "interlaced.png"}) {
    files.push_back(read_file("corpus", corpus / name, 1 << 20));
  }
  for (const Bytes& file : files) {
    const Image whole = decode_image(file, "whole");
    std::size_t other = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
      Bytes flipped = file;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      try {
        if (decode_image(flipped, "flipped").pixels != whole.pixels) ++other;
      } catch (const DataError&) {
      }
    }
    CHECK(other == 0);
  }
}

TEST_CASE("damage says at which byte: the chunk's check sum, the pixels', the end") {
  const Bytes good = make_png(5, 7, 3, 8, some_pixel);
  Bytes broken = good;
  broken[60] ^= 1;
  CHECK(
      refusal(broken) ==
      "made: broken PNG at byte 33: the check sum (CRC-32) of the chunk is wrong; get the file anew, or leave it out");
  Bytes packed(good.begin() + 41, good.end() - 16);
  packed[30] ^= 1;  // and the chunk's check sum made anew
  const Bytes header(good.begin(), good.begin() + 33);
  CHECK(contains(refusal(finish_png(header, packed)), "byte 33: the check sum (Adler-32) of the pixels is wrong"));
  packed[30] ^= 1;
  CHECK(decode_image(finish_png(header, packed), "made").pixels == decode_image(good, "made").pixels);
  for (int cut = 1; cut <= 4; ++cut) {
    packed.pop_back();
    CHECK(contains(refusal(finish_png(header, packed)), "Adler-32"));
  }
  for (std::size_t length = 8; length < good.size(); ++length) {
    CHECK(contains(refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length))),
                   "made: broken PNG at byte "));
  }
  Bytes longer = good;
  for (int i = 0; i < 1000; ++i) longer.push_back(static_cast<std::uint8_t>(i));
  CHECK(decode_image(longer, "made").pixels == decode_image(good, "made").pixels);
  // From a report: 8 x 8 grey, one byte changed, was read with a first pixel of 240 in place of 16.
  CHECK(contains(
      refusal(from_hex("89504e470d0a1a0a0000000d4948445200000008000000080800000000e164e1570000005349444154780154"
                       "4800b7ff00f01010101010101000101010101010101000101010101010101000101010101010101000101010"
                       "10101010100010101010101010100010101010101010100010101010101010101090480401ed25afa5000000"
                       "0049454e44ae426082")),
      "made: broken PNG"));
}

TEST_CASE("an iPhone's PNG (CgBI) has its colours put right; its other kinds are named") {
  const Bytes red = from_hex(
      "89504e470d0a1a0a0000000443674249500020022bd5b37f0000000d4948445200000008000000080806000000c40fbe8b0000000b494441"
      "54"
      "636060f8ff1f3f1e110a00101f90180000000049454e44ae426082");
  const Image image = decode_image(red, "made");
  REQUIRE(image.pixels.size() == 3 * 64);
  for (std::size_t i = 0; i < 3 * 64; ++i) CHECK(image.pixels[i] == (i % 3 == 0 ? 255 : 0));

  // Half of blue, alpha multiplied in: over white (127, 127, 255).
  const Bytes rows = {0, 128, 0, 0, 128};
  Bytes packed = stored(rows);
  packed = Bytes(packed.begin() + 2, packed.end() - 4);
  Bytes out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  png_chunk(out, "CgBI", {0x50, 0, 0x20, 2});
  const Bytes header = begin_png(1, 1, 8, 6);
  out.insert(out.end(), header.begin() + 8, header.end());
  CHECK(decode_image(finish_png(out, packed), "made").pixels == Bytes{127, 127, 255});
  out.resize(24);
  const Bytes grey = begin_png(1, 1, 8, 0);
  out.insert(out.end(), grey.begin() + 8, grey.end());
  CHECK(
      contains(refusal(finish_png(out, packed)), "a PNG with Apple's CgBI variant, colour type 0 of 8 bits (byte 24)"));
}

TEST_CASE("an animation of one frame is its picture, one of more is named") {
  const Bytes good = make_png(5, 7, 3, 8, some_pixel);
  const Bytes one = with_chunk(good, "acTL", {0, 0, 0, 1, 0, 0, 0, 0});
  CHECK(decode_image(one, "made").pixels == decode_image(good, "made").pixels);
  CHECK(contains(refusal(with_chunk(good, "acTL", {0, 0, 0, 2, 0, 0, 0, 0})),
                 "made: a PNG with an animation of 2 frames (byte 33) is not read; save it as"));
}

TEST_CASE("a palette gives its colours and transparency; an index beyond it is damage") {
  const Bytes palette = {255, 0, 0, 0, 255, 0, 0, 0, 255};
  Bytes out = begin_png(1, 4, 2, 3);
  png_chunk(out, "PLTE", palette);
  png_chunk(out, "tRNS", {255, 0});
  CHECK(decode_image(finish_png(out, stored({0, 0b00'01'10'00})), "made").pixels ==
        Bytes{255, 0, 0, 255, 255, 255, 0, 0, 255, 255, 0, 0});
  CHECK(contains(refusal(finish_png(out, stored({0, 0b00'01'11'00}))),
                 "byte 68: pixel 2 has colour 3 of a palette of 3"));
  CHECK(contains(refusal(finish_png(begin_png(1, 4, 2, 3), stored({0, 0}))), "a palette (PLTE) of 0 bytes"));
}

TEST_CASE("transparency by colour compares all 16 bits") {
  Bytes out = begin_png(1, 3, 16, 0);
  png_chunk(out, "tRNS", {0x12, 0x34});
  CHECK(decode_image(finish_png(out, stored({0, 0x12, 0x34, 0x12, 0x35, 0, 0})), "made").pixels ==
        Bytes{255, 255, 255, 0x12, 0x12, 0x12, 0, 0, 0});
}

TEST_CASE("headers and chunks that the standard does not know are refused, and others passed over") {
  for (const auto& [bits, type] : {std::pair{3, 0}, {16, 3}, {4, 2}, {2, 4}, {1, 6}, {8, 1}, {8, 5}, {8, 7}, {0, 0}}) {
    const Bytes file = finish_png(begin_png(1, 1, static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(type)),
                                  stored({0, 0, 0, 0, 0, 0, 0, 0, 0}));
    CHECK(contains(refusal(file), concat("byte 24: colour type ", type, " with ", bits, " bits")));
  }
  const Bytes good = make_png(5, 7, 3, 8, some_pixel);
  CHECK(decode_image(with_chunk(good, "teXt", {1, 2, 3}), "made").pixels == decode_image(good, "made").pixels);
  CHECK(contains(refusal(with_chunk(good, "TEXT", {1, 2, 3})), "a chunk that only its writer knows (byte 33)"));
  CHECK(contains(refusal(with_chunk(good, "IHDR", {})), "a second header"));
  Bytes no_pixels(good.begin(), good.begin() + 33);
  png_chunk(no_pixels, "IEND", {});
  CHECK(contains(refusal(no_pixels), "ends (IEND) without pixels (IDAT)"));
}

TEST_CASE("a PNG that promises more than it holds is refused before there is memory for it") {
  const Bytes good = make_png(5, 7, 3, 8, some_pixel);
  Bytes greedy = good;  // found by the fuzzer: a chunk of a gigabyte in a file of some hundred bytes
  greedy[33] = 0x40;
  CHECK(contains(refusal(greedy),
                 concat("byte 33: a chunk of 1073741945 bytes, the file has only ", greedy.size() - 45)));
  CHECK(contains(refusal(finish_png(begin_png(8192, 8192, 16, 6), stored({0}))),
                 "12 packed bytes cannot hold 8192 x 8192 pixels"));
  CHECK(contains(refusal(finish_png(begin_png(2, 2, 8, 0), stored({0, 1, 2, 0, 1}))), "5 bytes of pixels, expected 6"));
}

TEST_CASE("a PNG whose pixels unpack to half a gigabyte is refused while it unpacks") {
  // One zero, then copies of the 258 bytes before (deflate with fixed codes, RFC 1951): 13 bits each.
  Bytes packed = {0x78, 0x01};
  unsigned bits = 0, count = 0;
  const auto put = [&](unsigned code, unsigned length) {  // Huffman codes begin with their highest bit
    while (length-- > 0) {
      bits |= (code >> length & 1U) << count++;
      if (count < 8) continue;
      packed.push_back(static_cast<std::uint8_t>(bits));
      bits = count = 0;
    }
  };
  put(0b1'10, 3);  // the last block, fixed codes
  put(0b0011'0000, 8);
  for (int i = 0; i < (1 << 21); ++i) put(0b1100'0101'00000, 13);
  CHECK(contains(refusal(finish_png(begin_png(5, 7, 8, 2), packed)),
                 "the packed pixels are damaged (output buffer limit)"));
}
