// The packed file: what is written comes back, lies where the documentation says, and nothing damaged gets through.
#include "deploy/runtime/model_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/crc32.hpp"
#include "core/error.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/model_layout.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/deploy/runtime/tiny_network.hpp"

using mog::Index;
using File = std::vector<std::byte>;

namespace {

void repair(File& file) {
  mog::put_u64(file, mog::kSizeAt, file.size());
  mog::put_u32(file, mog::kChecksumAt, mog::crc32(mog::Bytes(file).subspan(mog::kChecksummedFrom)));
}

/// Either one clear error, or a network that an engine can run.
bool refused_or_sound(const File& file) {
  try {
    const mog::IntegerNetwork network = mog::parse_model(file, "file");
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(network.height * network.width * 3), 200);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(network.head.classes));
    if (network.height * network.width <= 4096) mog::run_reference(network, pixels, sums);
    return false;
  } catch (const mog::DataError& error) {
    const std::string what = error.what();
    CHECK(what.starts_with("file: "));
    CHECK(what.find('\n') == std::string::npos);
    return true;
  }
}

/// "000040  01 00 ...": lines of 16 bytes, those with zeros alone left out.
std::vector<std::string> hex_lines(const File& file) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < file.size(); at += 16) {
    std::array<char, 24> text;  // for any number that size_t holds
    std::snprintf(text.data(), text.size(), "%04zx ", at);
    std::string line = text.data();
    bool zeros = true;
    for (std::size_t i = at; i < std::min(at + 16, file.size()); ++i) {
      zeros = zeros && file[i] == std::byte{0};
      std::snprintf(text.data(), text.size(), " %02x", static_cast<unsigned>(file[i]));
      line += text.data();
    }
    if (!zeros) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("the checksum is the one that everybody knows") {
  CHECK(mog::crc32(std::as_bytes(std::span("123456789", 9))) == 0xCBF43926);
  CHECK(mog::crc32(std::as_bytes(std::span("6789", 4)), mog::crc32(std::as_bytes(std::span("12345", 5)))) ==
        0xCBF43926);
  CHECK(mog::crc32({}) == 0);
}

TEST_CASE("a network comes back from its file") {
  const mog::testing::TemporaryFolder folder;
  for (int bits = 1; bits <= 8; ++bits) {
    mog::IntegerNetwork network = mog::testing::small_network(bits);
    mog::write_model(folder.path() / "a.mog", mog::prove(network));
    CHECK(mog::read_model(folder.path() / "a.mog").network() == network);
    network.class_names.clear();
    CHECK(mog::parse_model(mog::model_bytes(mog::prove(network)), "file").network() == network);
  }
  CHECK_THROWS_AS(mog::read_model(folder.path() / "none.mog"), mog::IoError);
}

TEST_CASE("parts begin at multiples of 64, follow each other, and hold the weights that the network counts") {
  const mog::IntegerNetwork network = mog::testing::small_network();
  const File file = mog::model_bytes(mog::prove(network));
  Index end = 0, bits = 0;
  for (const mog::ModelPart& part : mog::model_parts(file, "file")) {
    CHECK(part.offset % 64 == 0);
    CHECK(part.offset >= end);
    CHECK(part.offset < end + 64);
    end = part.offset + part.bytes;
    bits += part.weight_bits;
  }
  CHECK(end == static_cast<Index>(file.size()));
  CHECK(bits == mog::weight_bits(network));
}

TEST_CASE("the documented example is the file of the documented network") {
  std::ostringstream text;
  text << std::ifstream(MOG_SOURCE_DIR "/docs/packed-file.md").rdbuf();
  const File file = mog::model_bytes(mog::prove(mog::testing::example_network()));
  for (const std::string& line : hex_lines(file)) {
    if (text.str().find(line) == std::string::npos) FAIL_CHECK("docs/packed-file.md lacks " << line);
  }
}

TEST_CASE("a file that is cut off anywhere is refused, its size repaired or not") {
  const File file = mog::model_bytes(mog::prove(mog::testing::small_network()));
  for (std::size_t size = 0; size < file.size(); ++size) {
    File cut(file.begin(), file.begin() + static_cast<Index>(size));
    CHECK(refused_or_sound(cut));
    if (size < 64) continue;
    repair(cut);
    CHECK(refused_or_sound(cut));
  }
  File longer = file;
  longer.push_back(std::byte{0});
  CHECK(refused_or_sound(longer));
  repair(longer);
  CHECK(refused_or_sound(longer));
}

TEST_CASE("any flipped bit is refused") {
  File file = mog::model_bytes(mog::prove(mog::testing::small_network()));
  for (std::byte& byte : file) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      byte ^= std::byte{1} << bit;
      CHECK(refused_or_sound(file));
      byte ^= std::byte{1} << bit;
    }
  }
}

TEST_CASE("any byte changed under a repaired checksum is refused or gives another sound network") {
  for (const int bits : {1, 3}) {
    const File file = mog::model_bytes(mog::prove(mog::testing::small_network(bits)));
    Index refused = 0;
    for (std::size_t i = mog::kChecksummedFrom; i < file.size(); ++i) {
      for (const unsigned change : {0x01U, 0x80U, 0xFFU, 0x55U}) {
        File changed = file;
        changed[i] ^= static_cast<std::byte>(change);
        mog::put_u32(changed, mog::kChecksumAt, mog::crc32(mog::Bytes(changed).subspan(mog::kChecksummedFrom)));
        refused += refused_or_sound(changed) ? 1 : 0;
      }
    }
    CHECK(refused > 1000);  // padding, sizes, kinds, orders
  }
}

TEST_CASE("every byte between two parts is 0: any other is refused, a repaired checksum or not") {
  const File file = mog::model_bytes(mog::prove(mog::testing::small_network()));
  Index end = 0, between = 0;
  for (const mog::ModelPart& part : mog::model_parts(file, "file")) {
    for (; end < part.offset; ++end, ++between) {
      File changed = file;
      changed[static_cast<std::size_t>(end)] = std::byte{1};
      mog::put_u32(changed, mog::kChecksumAt, mog::crc32(mog::Bytes(changed).subspan(mog::kChecksummedFrom)));
      CHECK_THROWS_WITH_AS(mog::parse_model(changed, "file"), doctest::Contains("padding that is not 0"),
                           mog::DataError);
    }
    end = part.offset + part.bytes;
  }
  CHECK(between > 100);
}

TEST_CASE("absurd numbers in the header and the table are refused at once, with the byte where they stand") {
  const File file = mog::model_bytes(mog::prove(mog::testing::small_network()));
  for (std::size_t at = 16; at + 8 <= 64 + 10 * 32; at += 4) {
    for (const std::uint32_t value : {0xFFFFFFFFU, 0x7FFFFFFFU, 0x80000000U, 0x10000U, 0x1000U, 0U}) {
      File changed = file;
      mog::put_u32(changed, at, value);
      mog::put_u32(changed, mog::kChecksumAt, mog::crc32(mog::Bytes(changed).subspan(mog::kChecksummedFrom)));
      refused_or_sound(changed);
    }
  }
  File changed = file;
  mog::put_u32(changed, 72, 0xFFFFFFFF);  // the first layer's output channels
  mog::put_u32(changed, mog::kChecksumAt, mog::crc32(mog::Bytes(changed).subspan(mog::kChecksummedFrom)));
  CHECK_THROWS_WITH_AS(mog::parse_model(changed, "a.mog"),
                       "a.mog: byte 72: output channels is 4294967295, expected 1 to 16384", mog::DataError);
}

TEST_CASE("a file of another kind is refused by its beginning, one of ours by its size, before it is read") {
  const mog::testing::TemporaryFolder folder;
  mog::testing::put_file(folder / "a.mog", "");
  std::filesystem::resize_file(folder / "a.mog", std::uintmax_t{1} << 39);  // zeros that the file system does not store
  const auto refusal = [&](const char* message) {
    CHECK_THROWS_WITH_AS(mog::read_model(folder / "a.mog"), doctest::Contains(message), mog::DataError);
  };
  refusal("a.mog: byte 0: no packed network");
  mog::write_model(folder / "a.mog", mog::prove(mog::testing::small_network()));
  std::filesystem::resize_file(folder / "a.mog", std::uintmax_t{1} << 39);
  refusal("a.mog: 549755813888 bytes, expected at most 67108864");
}

TEST_CASE("another format, a newer version and a damaged file are told apart") {
  const auto message = [](const File& file) {
    try {
      mog::parse_model(file, "a.mog");
    } catch (const mog::DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  File file = mog::model_bytes(mog::prove(mog::testing::small_network()));
  CHECK(message({}) == "a.mog: byte 0: no packed network (another magic number)");
  CHECK(message(File(100, std::byte{'x'})) == "a.mog: byte 0: no packed network (another magic number)");
  CHECK(message(File(file.begin(), file.begin() + 20)) == "a.mog: byte 20: the file ends, expected 64 bytes of header");
  file.back() ^= std::byte{1};
  CHECK(message(file).starts_with("a.mog: byte 12: checksum "));
  file.pop_back();
  CHECK(message(file).starts_with("a.mog: byte 16: "));
  mog::put_u32(file, 8, 2);
  CHECK(message(file) == "a.mog: byte 8: version 2, this program knows 1");
}
