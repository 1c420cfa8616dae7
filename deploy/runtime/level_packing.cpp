// The widths are searched for: wide enough for most channels; the others list their levels.
#include "deploy/runtime/level_packing.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/error.hpp"

namespace mog {
namespace {

/// Bits that hold 0..value.
int unsigned_bits(std::int64_t value) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))); }
/// Bits that hold the value in two's complement; none for 0.
int signed_bits(std::int64_t value) { return value == 0 ? 0 : unsigned_bits(value < 0 ? ~value : value) + 1; }

/// (I9): where the line through the first level and the last has level j.
std::int64_t on_line(std::int64_t first, std::int64_t span, Index j, Index last) { return first + span * j / last; }

/// What one channel needs.
struct Needs {
  int span_bits = 0, residual_bits = 0;
};
Needs needs_of(const std::int32_t* level, Index levels) {
  if (levels < 2) return {};
  const std::int64_t first = level[0], last = levels - 1, span = level[last] - first;
  Needs needs{.span_bits = unsigned_bits(span), .residual_bits = 0};
  for (Index j = 1; j < last; ++j) {
    needs.residual_bits = std::max(needs.residual_bits, signed_bits(level[j] - on_line(first, span, j, last)));
  }
  return needs;
}

class BitWriter {
 public:
  void put(std::uint64_t value, int bits) {
    for (int bit = 0; bit < bits; ++bit, ++used_) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> bit & 1) << (used_ % 8));
    }
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint64_t get(int bits) {
    require(used_ + static_cast<std::size_t>(bits) <= 8 * bytes_.size(), "levels end after ", bytes_.size(), " bytes");
    std::uint64_t value = 0;
    for (int bit = 0; bit < bits; ++bit, ++used_) {
      value |= std::uint64_t{static_cast<unsigned>(bytes_[used_ / 8]) >> (used_ % 8) & 1} << bit;
    }
    return value;
  }
  std::int64_t get_signed(int bits) {
    const std::uint64_t value = get(bits);
    const bool negative = bits > 0 && (value >> (bits - 1) & 1) != 0;
    return static_cast<std::int64_t>(value) - (negative ? std::int64_t{1} << bits : 0);
  }
  /// Throws unless less than a byte is left, and that is 0.
  void finish() {
    require(8 * bytes_.size() - used_ < 8 && get(static_cast<int>(8 * bytes_.size() - used_)) == 0, "levels of ",
            bytes_.size(), " bytes, expected ", (used_ + 7) / 8, " that end in zeros");
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

/// The widths with the fewest bits in all.
LevelCoding best_coding(const Thresholds& thresholds, Index channels, Index levels) {
  LevelCoding coding;
  if (channels == 0) return coding;
  std::int32_t least = thresholds.levels[0], largest = thresholds.levels[0];
  std::vector<Needs> needs(to_size(channels));
  for (Index c = 0; c < channels; ++c) {
    const std::int32_t* const level = thresholds.levels.data() + c * levels;
    least = std::min(least, level[0]);
    largest = std::max(largest, level[levels - 1]);
    needs[to_size(c)] = needs_of(level, levels);
  }
  coding.base = least;
  coding.level_bits = unsigned_bits(std::int64_t{largest} - least);
  Index fewest = std::numeric_limits<Index>::max();
  for (int span = 0; span <= coding.level_bits; ++span) {
    for (int residual = 0; residual <= coding.level_bits + 1 && residual <= 32; ++residual) {
      Index bits = 0;
      for (const Needs& need : needs) {
        const bool fits = need.span_bits <= span && need.residual_bits <= residual;
        bits += fits && levels >= 2 ? coding.level_bits + span + (levels - 2) * residual : levels * coding.level_bits;
      }
      if (bits >= fewest) continue;
      fewest = bits;
      coding.span_bits = span;
      coding.residual_bits = residual;
    }
  }
  return coding;
}

}  // namespace

PackedLevels pack_levels(const Thresholds& thresholds, Index levels) {
  const Index channels = static_cast<Index>(thresholds.falling.size());
  const LevelCoding coding = best_coding(thresholds, channels, levels);
  BitWriter stream;
  for (Index c = 0; c < channels; ++c) {
    const std::int32_t* const level = thresholds.levels.data() + c * levels;
    const Needs needs = needs_of(level, levels);
    const bool listed = needs.span_bits > coding.span_bits || needs.residual_bits > coding.residual_bits;
    const Index last = levels - 1;
    const std::int64_t first = level[0], span = level[last] - first;
    stream.put(thresholds.falling[to_size(c)], 1);
    if (levels > 1) stream.put(listed ? 1 : 0, 1);
    for (Index j = 0; j < (listed ? levels : 1); ++j) {
      stream.put(static_cast<std::uint64_t>(std::int64_t{level[j]} - coding.base), coding.level_bits);
    }
    if (listed || levels == 1) continue;
    stream.put(static_cast<std::uint64_t>(span), coding.span_bits);
    for (Index j = 1; j < last; ++j) {
      stream.put(static_cast<std::uint64_t>(level[j] - on_line(first, span, j, last)), coding.residual_bits);
    }
  }
  return {.coding = coding, .bytes = stream.take()};
}

Thresholds unpack_levels(const LevelCoding& coding, std::span<const std::uint8_t> bytes, Index channels, Index levels) {
  for (const int bits : {coding.level_bits, coding.span_bits, coding.residual_bits}) {
    require(bits >= 0 && bits <= 32, "levels of ", bits, " bits, expected 0 to 32");
  }
  // Each channel takes its two flags at least: a few bytes must not ask for many channels.
  require(channels <= 8 * static_cast<Index>(bytes.size()), "levels of ", channels, " channels in ", bytes.size(),
          " bytes");
  Thresholds thresholds;
  BitReader stream(bytes);
  const auto add = [&](std::int64_t level) {
    require(level > std::numeric_limits<std::int32_t>::min() && level <= std::numeric_limits<std::int32_t>::max(),
            "level ", level, " does not fit 32 bits");
    thresholds.levels.push_back(static_cast<std::int32_t>(level));
  };
  for (Index c = 0; c < channels; ++c) {
    thresholds.falling.push_back(static_cast<std::uint8_t>(stream.get(1)));
    const bool listed = levels > 1 && stream.get(1) != 0;
    const std::int64_t first = coding.base + static_cast<std::int64_t>(stream.get(coding.level_bits));
    add(first);
    for (Index j = 1; listed && j < levels; ++j) {
      add(coding.base + static_cast<std::int64_t>(stream.get(coding.level_bits)));
    }
    if (listed || levels == 1) continue;
    const Index last = levels - 1;
    const std::int64_t span = static_cast<std::int64_t>(stream.get(coding.span_bits));
    for (Index j = 1; j < last; ++j) add(on_line(first, span, j, last) + stream.get_signed(coding.residual_bits));
    add(first + span);
  }
  stream.finish();
  return thresholds;
}

}  // namespace mog
