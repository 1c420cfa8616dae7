// Safetensors: round trips, every refusal, and files that were cut or changed at every byte.
#include "core/safetensors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <limits>

#include "tests/core/temporary_folder.hpp"

using namespace mog;
using testing::bytes_of_file;
using testing::put_file;

namespace {

/// A file of this header and this many bytes of data.
std::string file_of(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(data, '\x01');
}

/// What the reader says about these bytes; empty when it takes them.
std::string verdict(const std::string& bytes) {
  const testing::TemporaryFolder folder;
  put_file(folder / "f", bytes);
  try {
    const SafetensorsFile file = SafetensorsFile::read(folder / "f");
    for (const auto& entry : file.entries()) {  // whatever is taken can be handed out
      if (entry.dtype == Dtype::f32) CHECK(file.tensor<float>(entry.name).shape() == entry.shape);
    }
    return {};
  } catch (const DataError& error) {
    const std::string prefix = (folder / "f").string() + ": ";
    CHECK(std::string(error.what()).find(prefix) == 0);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return std::string(error.what()).substr(prefix.size());
  }
}

std::string verdict(const std::string& header, std::size_t data) { return verdict(file_of(header, data)); }

std::string small_file() {
  const testing::TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.set_metadata("made by", "a \"test\"\n");
  writer.add("a", Tensor<float>::from({2, 2}, {1, 2, 3, 4}));
  writer.add("b.c", Tensor<std::uint8_t>::from({3}, {7, 8, 9}));
  writer.write(folder / "f");
  return bytes_of_file(folder / "f");
}

}  // namespace

TEST_CASE("what is written reads back: every type, metadata, the order of the tensors") {
  const testing::TemporaryFolder folder;
  SafetensorsWriter writer;
  writer.add("f32", Tensor<float>::from({1, 3}, {1.5F, -0.0F, 1e-40F}));
  writer.add("u8", Tensor<std::uint8_t>::from({1}, {255}));
  writer.add("f64", Tensor<double>::from({2}, {1e300, -2}));
  writer.add("i32", Tensor<std::int32_t>::from({1}, {-5}));
  writer.add("i64", Tensor<std::int64_t>::from({1}, {INT64_MIN}));
  writer.add("u64", Tensor<std::uint64_t>::from({1}, {UINT64_MAX}));
  writer.add("none", Tensor<float>({0, 7}));
  writer.set_metadata("b", "1");
  writer.set_metadata("a", "\xc3\xa9 \\ \" \n");
  writer.set_metadata("b", "2");
  writer.write(folder / "f");

  const SafetensorsFile file = SafetensorsFile::read(folder / "f");
  CHECK(file.names() == std::vector<std::string>{"f32", "u8", "f64", "i32", "i64", "u64", "none"});
  CHECK(file.tensor<float>("f32").shape() == Shape{1, 3});
  CHECK(file.tensor<float>("f32")[2] == 1e-40F);
  CHECK(std::signbit(file.tensor<float>("f32")[1]));
  CHECK(file.tensor<std::uint8_t>("u8")[0] == 255);
  CHECK(file.tensor<double>("f64")[0] == 1e300);
  CHECK(file.tensor<std::int32_t>("i32")[0] == -5);
  CHECK(file.tensor<std::int64_t>("i64")[0] == INT64_MIN);
  CHECK(file.tensor<std::uint64_t>("u64")[0] == UINT64_MAX);
  CHECK(file.tensor<float>("none").shape() == Shape{0, 7});
  CHECK(file.metadata("b") == "2");
  CHECK(file.metadata("a") == "\xc3\xa9 \\ \" \n");
  CHECK(file.entries()[0].offset % 8 == 0);
}

TEST_CASE("the bytes are the published format's: length, JSON padded to 8, numbers in order") {
  const std::string header =
      R"({"__metadata__":{"made by":"a \"test\"\n"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
      R"("b.c":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}})";
  const std::string bytes = small_file();
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length == (header.size() + 7) / 8 * 8);
  CHECK(bytes.substr(8, header.size()) == header);
  CHECK(bytes.substr(8 + length) == std::string("\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\x07\x08\x09", 19));
  CHECK(bytes == small_file());
}

TEST_CASE("the writer refuses two tensors of one name, the reserved name, no tensor, and text that is not UTF-8") {
  SafetensorsWriter writer;
  writer.add("a", Tensor<float>({1}));
  CHECK_THROWS_AS(writer.add("a", Tensor<float>({1})), std::invalid_argument);
  CHECK_THROWS_AS(writer.add("__metadata__", Tensor<float>({1})), std::invalid_argument);
  CHECK_THROWS_AS(writer.add("b", Tensor<float>()), std::invalid_argument);
  CHECK_THROWS_AS(writer.add("\xff", Tensor<float>({1})), std::invalid_argument);
  CHECK_THROWS_AS(writer.set_metadata("a", "\xff"), std::invalid_argument);
}

TEST_CASE("a name, a type or a metadata key that is not there is named") {
  const testing::TemporaryFolder folder;
  put_file(folder / "f", small_file());
  const SafetensorsFile file = SafetensorsFile::read(folder / "f");
  CHECK_THROWS_WITH_AS(static_cast<void>(file.tensor<float>("x")), doctest::Contains("no tensor named"), DataError);
  CHECK_THROWS_WITH_AS(static_cast<void>(file.tensor<double>("a")), doctest::Contains("holds F32, expected F64"),
                       DataError);
  CHECK_FALSE(file.has_metadata("x"));
  CHECK_THROWS_WITH_AS(static_cast<void>(file.metadata("x")), doctest::Contains("no metadata named x"), DataError);
  CHECK_THROWS_AS(SafetensorsFile::read(folder / "g"), IoError);
}

TEST_CASE("other writers' liberties are taken: any order of keys and tensors, spaces, scalars, no tensors at all") {
  CHECK(verdict("{}", 0).empty());
  CHECK(verdict("{}      ", 0).empty());
  CHECK(
      verdict(
          R"({"b":{"data_offsets":[4,8],"shape":[ ],"dtype":"F32"}, "a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
          8)
          .empty());
  CHECK(
      verdict(
          R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
          4)
          .empty());
}

TEST_CASE("every kind of broken file is refused with a reason and the byte") {
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  struct Case {
    std::string bytes, reason;
  };
  const std::string two =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":)";
  const Case cases[] = {
      {"", "byte 0: the file ends within the header's length"},
      {"1234567", "byte 7: the file ends within the header's length"},
      {std::string("\x01\0\0\0\0\0\0\0", 8), "byte 0: a header of 1 bytes, but only 0 follow"},
      {std::string("\x01\0\0\x04\0\0\0\0", 8), "byte 0: a header of 67108865 bytes, expected at most 67108864"},
      {std::string(8, '\xff'), "byte 0: a header of 18446744073709551615 bytes, expected at most 67108864"},
      {file_of("", 0), "byte 8: the header is no JSON object"},
      {file_of("[]", 0), "byte 8: the header is no JSON object"},
      {file_of("{} x", 0), "no valid JSON"},
      {file_of("{\"a", 0), "no valid JSON"},
      {file_of(std::string("{}\0", 3), 0), "byte 10: header: the header is no valid JSON"},
      {file_of("{\"\xff\":{}}", 0), "no valid JSON"},
      {file_of(R"({"a":1})", 0), "a number where none belongs"},
      {file_of(R"({"a":[]})", 0), "a list where none belongs"},
      {file_of(R"({"a":null})", 0), "null"},
      {file_of(R"({"a":true})", 0), "true or false"},
      {file_of(R"({"a":{}})", 0), "dtype, shape or data_offsets is missing"},
      {file_of(R"({"a":{"x":1}})", 0), "unknown key \"x\""},
      {file_of(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0), "dtype twice"},
      {file_of(R"({"__metadata__":{"a":1}})", 0), "a number where none belongs"},
      {file_of(R"({"__metadata__":{"a":{}}})", 0), "an object where none belongs"},
      {file_of(R"({"__metadata__":{"a":"","a":""}})", 0), "the metadata \"a\" twice"},
      {file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "the name \"__metadata__\" twice"},
      {file_of(one("\"F16\"", "[2]", "[0,4]"), 4), "unknown dtype \"F16\""},
      {file_of(one("3", "[2]", "[0,4]"), 4), "a number where none belongs"},
      {file_of(one("\"U8\"", "[-1]", "[0,4]"), 4), "the negative number -1"},
      {file_of(one("\"U8\"", "[4.0]", "[0,4]"), 4), "the number 4.0 where an integer belongs"},
      {file_of(one("\"U8\"", "[[4]]", "[0,4]"), 4), "a list where none belongs"},
      {file_of(one("\"U8\"", "[1,1,1,1,1,4]", "[0,4]"), 4), "more than 5 numbers"},
      {file_of(one("\"U8\"", "[18446744073709551615]", "[0,4]"), 4), "beyond 63 bits"},
      {file_of(one("\"U8\"", "[4294967296,4294967296]", "[0,4]"), 4), "more elements than 64 bits count"},
      {file_of(one("\"F64\"", "[4611686018427387904]", "[0,4]"), 4), "its shape"},
      {file_of(one("\"U8\"", "[4]", "[0]"), 4), "data_offsets must be [begin, end]"},
      {file_of(one("\"U8\"", "[4]", "[0,4,4]"), 4), "more than 2 numbers"},
      {file_of(one("\"U8\"", "[4]", "[4,0]"), 4), "data_offsets must be [begin, end]"},
      {file_of(one("\"F32\"", "[4]", "[0,4]"), 4), "has 4 bytes, its shape [4] of F32 says otherwise"},
      {file_of(one("\"U8\"", "[4]", "[0,4]"), 3), "the file ends here"},
      {file_of(one("\"U8\"", "[4]", "[0,4]"), 5), "bytes after the last tensor"},
      {file_of(one("\"U8\"", "[4]", "[1,5]"), 5), "a hole before tensor \"a\""},
      {file_of(two + "[3,7]}}", 7), "tensor \"b\" overlaps the one before"},
      {file_of(two + "[5,9]}}", 9), "a hole before tensor \"b\""},
      {file_of(two + R"([4,8]},"a":{}})", 8), "the name \"a\" twice"},
  };
  for (const Case& c : cases) {
    const std::string said = verdict(c.bytes);
    CAPTURE(c.reason);
    CAPTURE(said);
    CHECK(said.find("byte ") == 0);
    CHECK(said.find(c.reason) != std::string::npos);
  }
}

TEST_CASE("a file cut off at any length is refused") {
  const std::string bytes = small_file();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(verdict(bytes.substr(0, length)).empty());
  }
}

TEST_CASE("a header with any byte changed in any bit is read or refused, never worse") {
  const std::string bytes = small_file();
  for (std::size_t at = 0; at + 19 < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      static_cast<void>(verdict(changed));
    }
  }
}

TEST_CASE("a header of a million brackets costs no memory and no stack") {
  CHECK(verdict("{\"a\":" + std::string(1'000'000, '['), 0).find("a list where none belongs") != std::string::npos);
  CHECK(verdict(std::string(1'000'000, '{'), 0).find("no valid JSON") != std::string::npos);
}

TEST_CASE("a file of half a terabyte that is none of ours is refused by its beginning") {
  const testing::TemporaryFolder folder;
  const auto refusal = [&](const std::string& beginning) {
    put_file(folder / "f", beginning);
    std::filesystem::resize_file(folder / "f", std::uintmax_t{1} << 39);  // zeros that the file system does not store
    try {
      static_cast<void>(SafetensorsFile::read(folder / "f"));
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal("").find("byte 8: the header is no JSON object") != std::string::npos);
  CHECK(refusal(small_file()).find("bytes after the last tensor") != std::string::npos);
}

TEST_CASE("time grows with the number of tensors, not with its square") {
  const testing::TemporaryFolder folder;
  const auto seconds = [&](int tensors) {
    double least = std::numeric_limits<double>::max();
    for (int trial = 0; trial < 3; ++trial) {
      const std::clock_t begin = std::clock();
      SafetensorsWriter writer;
      const auto one = Tensor<std::uint8_t>::from({1}, {7});
      for (int i = 0; i < tensors; ++i) writer.add("tensor" + std::to_string(i), one);
      writer.write(folder / "f");
      const SafetensorsFile file = SafetensorsFile::read(folder / "f");
      for (const auto& entry : file.entries()) REQUIRE(file.tensor<std::uint8_t>(entry.name)[0] == 7);
      least = std::min(least, static_cast<double>(std::clock() - begin));
    }
    return least / CLOCKS_PER_SEC;
  };
  const double few = seconds(5000), many = seconds(40'000);
  INFO(few, " and ", many, " seconds");
  CHECK(many < 24 * few);  // 8 times, were it not for caches; 64 times by the square
}
