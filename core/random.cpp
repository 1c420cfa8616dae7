// Philox4x32-10 and the stream of numbers that is read from it.
#include "core/random.hpp"

#include "core/error.hpp"

namespace mog {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t kMultiply0 = 0xD2511F53;
  constexpr std::uint64_t kMultiply1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9;  // the golden ratio's bits
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85;  // those of sqrt(3) - 1
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiply0 * counter[0];
    const std::uint64_t product1 = kMultiply1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

Random::Random(std::uint64_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, a, b, static_cast<std::uint32_t>(purpose)} {}

std::uint32_t Random::bits() {
  if (used_ == block_.size()) {
    block_ = philox4x32(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint32_t Random::below(std::uint64_t n) {
  require(n >= 1 && n <= (std::uint64_t{1} << 32), "random: below(", n, "), expected 1 to 2^32");
  // bits * n / 2^32 is uniform once the draws whose low half falls below 2^32 mod n are rejected.
  const std::uint64_t reject_below = (std::uint64_t{1} << 32) % n;
  for (;;) {
    const std::uint64_t product = bits() * n;
    if ((product & 0xFFFFFFFFU) >= reject_below) return static_cast<std::uint32_t>(product >> 32);
  }
}

}  // namespace mog
