// MD5 (RFC 1321): tells a complete download from a broken one. No protection against tampering.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mog {

/// The digest of bytes that arrive in pieces.
class Md5 {
 public:
  void update(std::span<const std::uint8_t> bytes);
  /// The digest of all bytes so far as 32 hexadecimal digits; nothing can be added afterwards.
  std::string hex();

 private:
  void absorb(const std::uint8_t* block);

  std::array<std::uint32_t, 4> state_ = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t bytes_ = 0;
};

std::string md5_of(std::string_view text);

}  // namespace mog
