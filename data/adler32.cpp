// As few divisions as 32 bits allow.
#include "data/adler32.hpp"

#include <algorithm>

namespace mog {

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
