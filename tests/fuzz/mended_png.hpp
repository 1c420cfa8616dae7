// Gives a PNG the check sums that fit to what it holds, so that a fuzzer gets past them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/crc32.hpp"
#include "data/adler32.hpp"
#include "data/stb_decode.hpp"

namespace mog::test {

inline void put_big_endian(std::span<std::uint8_t> bytes, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

/// A copy of `file`, its chunks' CRC-32 and, where one chunk holds all pixels, their Adler-32 made anew; as far as
/// chunks follow each other.
inline std::vector<std::uint8_t> mended_png(std::span<const std::uint8_t> file) {
  constexpr std::size_t kSignature = 8, kAround = 12;
  std::vector<std::uint8_t> out(file.begin(), file.end());
  for (std::size_t at = kSignature; at + kAround <= out.size();) {
    const auto chunk = std::span(out).subspan(at);
    std::size_t length = 0;
    for (const std::uint8_t byte : chunk.first(4)) length = length << 8 | byte;
    if (length > chunk.size() - kAround) break;
    const auto content = chunk.subspan(8, length);
    if (std::equal(chunk.begin() + 4, chunk.begin() + 8, std::string_view("IDAT").begin())) {
      // What deflate makes of so many bytes at best: a megabyte for each input would be most of the target's time.
      const std::size_t most = std::min<std::size_t>(1 << 20, 1032 * content.size());
      const Inflated pixels = stb_inflate(content, most, true);
      if (pixels.problem.empty() && pixels.used + 4 <= length) {
        put_big_endian(content.subspan(pixels.used, 4), adler32(pixels.bytes));
      }
    }
    put_big_endian(chunk.subspan(8 + length, 4), crc32(std::as_bytes(chunk.subspan(4, 4 + length))));
    at += kAround + length;
  }
  return out;
}

}  // namespace mog::test
