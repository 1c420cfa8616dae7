// Canonical codes: those of a length are consecutive numbers.
#include "data/jpeg_huffman.hpp"

#include <algorithm>

namespace mog {

HuffmanTable::HuffmanTable(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> values) {
  if (values.size() > values_.size()) return;
  std::copy(values.begin(), values.end(), values_.begin());
  std::uint32_t code = 0;
  std::uint32_t value = 0;
  for (std::size_t bits = 1; bits <= 16; ++bits) {
    const std::uint32_t count = counts[bits - 1];
    first_[bits] = value - code;
    if (code + count > 1U << bits || value + count > values.size()) return;
    for (std::uint32_t i = 0; i < count && bits <= kQuick; ++i) {
      const auto begin = quick_.begin() + static_cast<std::ptrdiff_t>((code + i) << (kQuick - bits));
      std::fill_n(begin, std::size_t{1} << (kQuick - bits), Code{static_cast<std::uint8_t>(bits), values_[value + i]});
    }
    code += count;
    value += count;
    end_[bits] = code << (16 - bits);
    code <<= 1;
  }
  sound_ = true;
}

HuffmanTable::Code HuffmanTable::find_long(std::uint32_t next) const {
  for (std::size_t bits = kQuick + 1; bits <= 16; ++bits) {
    if (next >= end_[bits]) continue;
    return {static_cast<std::uint8_t>(bits), values_[((next >> (16 - bits)) + first_[bits]) & 255U]};
  }
  return {};
}

void EntropyBits::fill() {
  while (count_ <= 48) {
    std::uint64_t byte = 0;
    std::size_t next = at_ + 1;
    bool real = at_ < file_.size();
    if (real) {
      byte = file_[at_];
      if (byte == 0xFF) {
        while (next < file_.size() && file_[next] == 0xFF) ++next;
        real = next < file_.size() && file_[next] == 0;  // otherwise a marker
        ++next;
      }
    }
    if (real) {
      at_ = next;
      ++loaded_;
    } else {
      byte = 0;
      padding_ += 8;
    }
    bits_ |= byte << (56 - count_);
    count_ += 8;
  }
}

}  // namespace mog
