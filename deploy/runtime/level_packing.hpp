// Levels in few bits: those of a channel lie on a line to within one, as they come from one affine map (I9 of
// docs/integers.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "deploy/runtime/integer_network.hpp"

namespace mog {

/// How the levels of one layer are written: a stream of bits, the lowest bit of the first byte first, channel by
/// channel:
///   1 bit    falling
///   1 bit    listed (left out when a channel has one level)
///   listed:  each level - base in level_bits
///   else:    first - base in level_bits, span in span_bits, then one residual of residual_bits, in two's complement,
///            for each level but the first and the last: level j = first + floor(span j / last) + residual, j = 0..last
struct LevelCoding {
  int level_bits = 0, span_bits = 0, residual_bits = 0;  // 0 to 32 each
  std::int32_t base = 0;                                 // the least of all first levels

  friend bool operator==(const LevelCoding&, const LevelCoding&) = default;
};

struct PackedLevels {
  LevelCoding coding;
  std::vector<std::uint8_t> bytes;  // the last byte's unused bits are 0
};

/// The shortest such stream. `levels` of each channel, at least 1, ascending.
PackedLevels pack_levels(const Thresholds& thresholds, Index levels);

/// The way back. Throws std::invalid_argument when the stream ends too early or goes on, or a level does
/// not fit 32 bits.
Thresholds unpack_levels(const LevelCoding& coding, std::span<const std::uint8_t> bytes, Index channels, Index levels);

}  // namespace mog
