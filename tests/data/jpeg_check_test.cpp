// JPEGs that are cut off, lack scans or tables, or are of another kind than they look.
#include "data/jpeg_check.hpp"

#include "core/error.hpp"
#include "data/file.hpp"
#include "data/image.hpp"
#include "tests/data/jpegs.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

std::string refusal(const Bytes& file) {
  return message_of<DataError>([&] { decode_image(file, "made"); });
}

Bytes corpus(const char* name) {
  return read_file("corpus", fs::path(MOG_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / "image" / name, 1 << 20);
}

int some_value(std::size_t part, Index y, Index x) {
  return static_cast<int>((static_cast<Index>(part) * 71 + y * 37 + x * 53) % 256);
}

/// Three components with each the value given, so that the picture has one colour.
Bytes one_colour(JpegOptions options, int a, int b, int c) {
  return make_jpeg(options, [=](std::size_t part, Index, Index) { return part == 0 ? a : part == 1 ? b : c; });
}

/// The first pixel.
std::vector<int> colour(const Bytes& file) {
  const Image image = decode_image(file, "made");
  return {image.pixels[0], image.pixels[1], image.pixels[2]};
}

const std::vector<JpegPart> kThree = {{1}, {2}, {3}};
const std::vector<JpegPart> kLetters = {{'R'}, {'G'}, {'B'}};
const std::vector<JpegPart> kFour = {{1}, {2}, {3}, {4}};

/// Where the data of the first scan begin.
std::size_t scan_data(const Bytes& file) {
  for (std::size_t at = 2;;) {
    const std::size_t end = at + 2 + file[at + 2] * 256U + file[at + 3];
    if (file[at + 1] == 0xDA) return end;
    at = end;
  }
}

/// A grey progressive picture of side x side pixels: its means, then `scans` more scans that bring nothing, each one
/// bit of one coefficient, in runs of 32,767 blocks.
Bytes many_scans(int scans, Index side) {
  const Index blocks = (side + 7) / 8 * ((side + 7) / 8);
  const auto high_byte = static_cast<std::uint8_t>(side >> 8), low_byte = static_cast<std::uint8_t>(side);
  Bytes out = {0xFF, 0xD8};
  jpeg_tables(out);
  jpeg_segment(out, 0xC4, {0x10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xE0});
  jpeg_segment(out, 0xC2, {8, high_byte, low_byte, high_byte, low_byte, 1, 1, 0x11, 0});
  jpeg_segment(out, 0xDA, {1, 1, 0, 0, 0, 0});
  JpegBits bits(out);
  for (Index block = 0; block < blocks; ++block) bits.put(0, 4);
  bits.align();
  for (int scan = 0; scan < scans; ++scan) {
    const int low = 13 - scan % 14, high = low == 13 ? 0 : low + 1;
    const auto k = static_cast<std::uint8_t>(1 + scan / 14 % 63);
    jpeg_segment(out, 0xDA, {1, 1, 0, k, k, static_cast<std::uint8_t>(high << 4 | low)});
    JpegBits more(out);
    Index left = blocks;
    for (; left >= 32'767; left -= 32'767) more.put(0b10'11'1111'1111'1111, 16);
    for (; left > 0; --left) more.put(0, 1);
    more.align();
  }
  out.insert(out.end(), {0xFF, 0xD9});
  return out;
}

}  // namespace

TEST_CASE("blocks give their values: sampled, restarted, in one scan or in several") {
  for (const bool separate : {false, true}) {
    for (const Index restart : {0, 1, 3}) {
      const JpegOptions options{
          .height = 45, .width = 70, .parts = kLetters, .restart_interval = restart, .separate = separate};
      const Image image = decode_image(make_jpeg(options, some_value), "made");
      REQUIRE(image.height == 45);
      REQUIRE(image.width == 70);
      for (Index i = 0; i < 3 * 45 * 70; ++i) {
        const Index y = i / 210, x = i / 3 % 70;
        REQUIRE(image.pixels[static_cast<std::size_t>(i)] == some_value(static_cast<std::size_t>(i % 3), y / 8, x / 8));
      }
    }
  }
}

TEST_CASE("a JPEG cut off anywhere, its end marker put behind, is refused: whole, sampled, in many scans") {
  std::vector<Bytes> files = {corpus("small.jpg"), corpus("grey.jpg"), corpus("subsampled.jpg"),
                              corpus("progressive.jpg"), corpus("cmyk.jpg")};
  files.push_back(make_jpeg({.height = 33, .width = 47, .parts = {{1, 2, 2}, {2}, {3}}}, some_value));
  files.push_back(make_jpeg({.height = 33, .width = 47, .parts = kThree, .restart_interval = 2}, some_value));
  files.push_back(make_jpeg({.height = 33, .width = 47, .parts = {{1, 2, 1}, {2}, {3}}, .separate = true}, some_value));
  for (const Bytes& file : files) {
    CHECK(decode_image(file, "whole").width > 0);
    for (std::size_t length = 2; length + 2 < file.size(); ++length) {
      Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
      cut.insert(cut.end(), {0xFF, 0xD9});
      CHECK_THROWS_AS(decode_image(cut, "cut"), DataError);
    }
  }
  Bytes cut = make_jpeg({.height = 64, .width = 64}, some_value);
  const std::size_t begin = scan_data(cut);
  cut.resize(begin + 20);
  cut.insert(cut.end(), {0xFF, 0xD9});
  CHECK(contains(refusal(cut), concat("made: broken JPEG at byte ", begin + 20, ": the scan's data end after ")));
  CHECK(contains(refusal(cut), " of 64 MCUs: the picture is cut off; get the file anew, or leave it out"));
}

TEST_CASE("a JPEG that ends before its last byte is refused; what lies behind its end is not looked at") {
  for (const Bytes& whole : {corpus("small.jpg"), make_jpeg({.height = 9, .width = 9}, some_value)}) {
    for (std::size_t length = 2; length < whole.size(); ++length) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK(contains(refusal(cut), "made: broken JPEG at byte "));
    }
    Bytes longer = whole;
    longer.insert(longer.end(), {0xFF, 0xC4, 1, 0, 0xFF, 0xD8, 0xFF, 0xDA, 0, 0});
    CHECK(decode_image(longer, "made").pixels == decode_image(whole, "made").pixels);
  }
}

TEST_CASE("a JPEG without any scan, or without one of a component, is refused") {
  const Bytes whole = make_jpeg({.height = 8, .width = 8, .parts = kThree, .separate = true}, some_value);
  const std::size_t begin = scan_data(whole) - 10;
  Bytes none(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(begin));
  none.insert(none.end(), {0xFF, 0xD9});
  CHECK(contains(refusal(none), concat("byte ", begin, ": the picture ends without any pixels (no scan)")));
  Bytes two = whole;  // the third scan becomes a comment
  const auto last = std::find_end(two.begin(), two.end(), whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                  whole.begin() + static_cast<std::ptrdiff_t>(begin) + 2);
  two.erase(last, two.end());
  two.insert(two.end(), {0xFF, 0xD9});
  CHECK(contains(refusal(two), "the picture ends before coefficient 0 of component 3 has come"));
  Bytes unfinished = many_scans(20, 8);
  CHECK(contains(refusal(unfinished), "the picture ends before coefficient 2 of component 1 has come to its last bit"));
}

TEST_CASE("a progressive picture whose last scans are missing is refused") {
  const Bytes whole = corpus("progressive.jpg");
  const Bytes marker = {0xFF, 0xDA};
  int scans = 0;
  for (auto at = whole.begin();; ++at, ++scans) {
    at = std::search(at, whole.end(), marker.begin(), marker.end());
    if (at == whole.end()) break;
    Bytes cut(whole.begin(), at);
    cut.insert(cut.end(), {0xFF, 0xD9});
    CHECK(contains(refusal(cut), "the picture ends "));
  }
  CHECK(scans == 10);
}

TEST_CASE("restart markers that are missing, or come in another order, are damage") {
  const Bytes whole = make_jpeg({.height = 32, .width = 32, .restart_interval = 4}, some_value);
  for (std::uint8_t number = 0xD0; number < 0xD3; ++number) {
    const Bytes marker = {0xFF, number};
    Bytes other = whole;
    const auto at = std::search(other.begin(), other.end(), marker.begin(), marker.end());
    REQUIRE(at != other.end());
    at[1] = 0xD7;
    CHECK(contains(refusal(other), concat("byte ", at - other.begin(), ": expected restart marker ", number - 0xD0,
                                          " after ", 4 * (number - 0xD0 + 1), " of 16 MCUs")));
    other.erase(at, at + 2);
    CHECK_THROWS_AS(decode_image(other, "made"), DataError);
  }
  Bytes padded = whole;  // bytes between an interval's end and its marker: libjpeg, too, passes over them
  const Bytes marker = {0xFF, 0xD1};
  padded.insert(std::search(padded.begin(), padded.end(), marker.begin(), marker.end()), 3, 0);
  CHECK(decode_image(padded, "made").pixels == decode_image(whole, "made").pixels);
}

TEST_CASE("colours are what markers and component numbers say, by the rules that decoders agree on") {
  const std::vector<int> rgb = {200, 100, 50}, ycc = {91, 255, 150};  // (200, 100, 50) as RGB and as YCbCr
  const auto near = [](const std::vector<int>& a, const std::vector<int>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), [](int x, int y) { return std::abs(x - y) <= 1; });
  };
  CHECK(colour(one_colour({.parts = kLetters}, 200, 100, 50)) == rgb);
  CHECK(colour(one_colour({.parts = kThree, .adobe = 0}, 200, 100, 50)) == rgb);
  for (const JpegOptions& options :
       {JpegOptions{.parts = kThree}, JpegOptions{.parts = kThree, .jfif = true},
        JpegOptions{.parts = kLetters, .jfif = true}, JpegOptions{.parts = kLetters, .adobe = 1},
        JpegOptions{.parts = {{0}, {1}, {2}}}, JpegOptions{.parts = {{7}, {200}, {34}}},
        JpegOptions{.parts = kThree, .jfif = true, .adobe = 0}}) {
    const auto found = colour(one_colour(options, 200, 100, 50));
    CHECK(near(found, ycc));
  }
}

TEST_CASE("four inks are read by Adobe's mark, both kinds, and refused by name without it") {
  const auto inks = [](std::size_t part, Index, Index) {
    return part == 3 ? 204 : part == 0 ? 255 : part == 1 ? 128 : 0;
  };
  CHECK(colour(make_jpeg({.parts = kFour, .adobe = 0}, inks)) == std::vector<int>{204, 102, 0});  // 255 is no ink
  const auto other = [](std::size_t part, Index, Index) { return part == 3 ? 204 : part == 0 ? 100 : 128; };
  CHECK(colour(make_jpeg({.parts = kFour, .adobe = 2}, other)) == std::vector<int>{124, 124, 124});
  CHECK(contains(refusal(make_jpeg({.parts = kFour}, inks)),
                 "made: a JPEG with four inks (CMYK) and no mark by Adobe that tells which way round they are (byte "));
  CHECK(contains(refusal(make_jpeg({.parts = kFour, .adobe = 1}, inks)), "four inks (CMYK) by rule 1"));
  CHECK(contains(refusal(make_jpeg({.parts = {{1}, {2}}}, inks)), "a JPEG with 2 components"));
}

TEST_CASE("variants that are not read are named, with what to do") {
  const auto named = [](std::uint8_t frame, std::string_view what) {
    CHECK(contains(refusal(make_jpeg({.frame = frame}, some_value)), concat("made: a JPEG with ", what, " (byte ")));
  };
  named(0xC3, "lossless compression");
  for (const std::uint8_t frame : Bytes{0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE})
    named(frame, "several frames (hierarchical)");
  named(0xC9, "arithmetic coding");
  named(0xCA, "arithmetic coding");
  named(0xCB, "lossless compression and arithmetic coding");
  named(0xF7, "lossless compression (JPEG-LS)");
  CHECK(
      contains(refusal(make_jpeg({.frame = 0xC9}, some_value)), "is not read; save it as a PNG or as a baseline JPEG"));
  CHECK(contains(refusal(make_jpeg({.frame = 0xC1, .bits = 12}, some_value)), "a JPEG with 12 bits a sample"));
  CHECK(contains(refusal(make_jpeg({.height = 0}, some_value)), "its height behind the picture (DNL)"));
  CHECK(contains(refusal(make_jpeg({.parts = {{1, 3, 1}, {2, 2, 1}, {3, 1, 1}}}, some_value)),
                 "samplings that are no whole multiples"));
  CHECK(decode_image(make_jpeg({.frame = 0xC1}, some_value), "made").width == 8);
}

TEST_CASE("tables that a scan needs and the file lacks are named") {
  const Bytes whole = make_jpeg({}, some_value);
  for (const std::uint8_t marker : Bytes{0xDB, 0xC4}) {
    Bytes broken = whole;
    const Bytes bytes = {0xFF, marker};
    *(std::search(broken.begin(), broken.end(), bytes.begin(), bytes.end()) + 1) = 0xFE;  // a comment
    CHECK(contains(refusal(broken), marker == 0xDB ? "component 1 needs quantization table 0, which is not in the file"
                                                   : "component 1 needs DC Huffman table 0, which is not in the file"));
  }
  Bytes crowded = whole;  // three codes of one bit
  const Bytes ac = {0x10, 1, 0};
  *(std::search(crowded.begin(), crowded.end(), ac.begin(), ac.end()) + 1) = 3;
  CHECK_THROWS_AS(decode_image(crowded, "made"), DataError);
}

TEST_CASE("scans of a progressive picture are bounded: their number times its pixels") {
  CHECK(contains(refusal(many_scans(127, 8)), "the picture ends before"));  // all read, but more bits are to come
  CHECK(contains(refusal(many_scans(128, 8)), "made: a JPEG with more than 128 scans of 8 x 8 pixels (byte "));
  CHECK(contains(refusal(many_scans(40, 8192)), "a JPEG with more than 32 scans of 8192 x 8192 pixels"));
  const Bytes thousands = many_scans(6000, 1024);  // from a report: some 100 KB that took ten seconds
  CHECK(thousands.size() > 100'000);
  CHECK(contains(refusal(thousands), "a JPEG with more than 128 scans of 1024 x 1024 pixels"));
}

TEST_CASE("a scan that brings what came before, or something out of order, is damage") {
  const Bytes whole = make_jpeg({.height = 8, .width = 8, .parts = {{1}}, .separate = true}, some_value);
  Bytes twice(whole.begin(), whole.end() - 2);
  twice.insert(twice.end(), whole.begin() + static_cast<std::ptrdiff_t>(scan_data(whole)) - 10, whole.end());
  CHECK(contains(refusal(twice), "a second scan of the same component"));
  Bytes details = many_scans(14, 8);
  const Bytes first = {0xFF, 0xDA};
  const auto at = std::search(details.begin(), details.end(), first.begin(), first.end());
  details.erase(at, std::search(at + 1, details.end(), first.begin(), first.end()));
  CHECK(contains(refusal(details), "a scan of details before that of the means"));
}
