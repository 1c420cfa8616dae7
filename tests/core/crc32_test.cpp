// CRC-32 against the values that its catalogue and other programs print.
#include "core/crc32.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace {

mog::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("CRC-32 gives the check value of its catalogue, and that of an empty IEND chunk") {
  CHECK(mog::crc32(bytes_of("123456789")) == 0xCBF43926);
  CHECK(mog::crc32(bytes_of("IEND")) == 0xAE426082);
  CHECK(mog::crc32({}) == 0);
}

TEST_CASE("the checksum of two pieces is that of both together") {
  CHECK(mog::crc32(bytes_of("56789"), mog::crc32(bytes_of("1234"))) == 0xCBF43926);
}
