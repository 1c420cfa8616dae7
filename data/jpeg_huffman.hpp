// Huffman codes of a JPEG, and the bits that they are read from.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace mog {

/// A table of codes (ITU-T T.81, annex C).
class HuffmanTable {
 public:
  struct Code {
    std::uint8_t bits = 0;  // of the code; 0: there is none that begins so
    std::uint8_t value = 0;
  };

  HuffmanTable() = default;
  /// `counts` of the codes of 1 to 16 bits, and their values. sound() tells whether there are such codes.
  HuffmanTable(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> values);

  [[nodiscard]] bool sound() const { return sound_; }
  /// The code that 16 bits begin with.
  [[nodiscard]] Code find(std::uint32_t next) const {
    const Code quick = quick_[next >> (16 - kQuick)];
    return quick.bits != 0 ? quick : find_long(next);
  }

 private:
  static constexpr int kQuick = 9;  // codes of so many bits are found in one look
  [[nodiscard]] Code find_long(std::uint32_t next) const;

  std::array<Code, 1 << kQuick> quick_{};
  std::array<std::uint32_t, 17> end_{};    // of the codes of i bits: the one after the last, moved up to 16 bits
  std::array<std::uint32_t, 17> first_{};  // value of the first one, less its code
  std::array<std::uint8_t, 256> values_{};
  bool sound_ = false;
};

/// The bits of entropy-coded data up to the next marker, then zeros.
class EntropyBits {
 public:
  EntropyBits(std::span<const std::uint8_t> file, std::size_t begin) : file_(file), at_(begin) {}

  /// The next 16 bits.
  std::uint32_t peek() {
    if (count_ < 16) fill();
    return static_cast<std::uint32_t>(bits_ >> 48);
  }
  /// Passes over at most 16 bits.
  void skip(int bits) {
    if (count_ < bits) fill();
    bits_ <<= bits;
    count_ -= bits;
  }
  std::uint32_t take(int bits) {
    const std::uint32_t value = peek() >> (16 - bits);
    skip(bits);
    return value;
  }
  /// Whether more bits were taken than there are.
  [[nodiscard]] bool exhausted() const { return count_ < padding_; }
  /// Bytes that any bit was taken of, not counting the zero bytes after 0xFF.
  [[nodiscard]] std::size_t used() const { return loaded_ - static_cast<std::size_t>(count_ - padding_) / 8; }
  /// How far was read ahead: no marker lies before this place.
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  void fill();

  std::span<const std::uint8_t> file_;
  std::size_t at_;
  std::size_t loaded_ = 0;  // bytes
  std::uint64_t bits_ = 0;  // the next ones, from the highest on
  int count_ = 0;           // of them, with padding
  int padding_ = 0;         // of them, made up
};

}  // namespace mog
