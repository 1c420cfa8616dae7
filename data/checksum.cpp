// CRC-32 by a table of its 256 bytes; Adler-32 with as few divisions as 32 bits allow.
#include "data/checksum.hpp"

#include <algorithm>
#include <array>

namespace mog {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    table[byte] = crc;
  }
  return table;
}

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_table();
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ byte) & 255U];
  return ~crc;
}

std::uint32_t adler32(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kMost = 5552;  // so many bytes of 255 leave both sums below 2^32
  constexpr std::uint32_t kModulus = 65521;
  std::uint32_t sum = 1;
  std::uint32_t sums = 0;
  while (!bytes.empty()) {
    for (const std::uint8_t byte : bytes.first(std::min(kMost, bytes.size()))) sums += sum += byte;
    sum %= kModulus;
    sums %= kModulus;
    bytes = bytes.subspan(std::min(kMost, bytes.size()));
  }
  return sums << 16 | sum;
}

}  // namespace mog
