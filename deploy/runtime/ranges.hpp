// Ranges: between which integers each sum of a network lies, for any picture, from the actual weights; docs/integers.md
// has the equations (I19) to (I24).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "deploy/runtime/integer_network.hpp"

namespace mog {

struct Interval {
  std::int64_t low = 0, high = 0;

  [[nodiscard]] std::int64_t magnitude() const { return high > -low ? high : -low; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Float32 holds every whole number up to this one (I24).
constexpr std::int64_t kExactFloats = std::int64_t{1} << 24;

/// The sums of one convolution.
struct SumRange {
  std::string name;                // "cflog1.group"
  std::vector<Interval> channels;  // each output channel's sums
  /// No partial sum exceeds this magnitude, whatever the order in which the terms are added (I20). Below 2^24 float32
  /// sums are exact (I24).
  std::int64_t any_order = 0;

  /// Over all channels.
  [[nodiscard]] Interval all() const;
  /// Bits of the smallest signed type (8, 16, 32 or 64) that holds every sum.
  [[nodiscard]] int bits() const;
};

/// The sums of a CFLOG, in this order.
constexpr std::size_t kSqueeze = 0, kGroup = 1, kExpand = 2, kCflogSums = 3;
/// For codes 0..top_code, each sum from the intervals of the sums before it (I19): as many steps as there are weights.
std::vector<SumRange> cflog_ranges(const IntegerCflog& cflog, std::uint64_t seed, std::int64_t top_code);
/// Tightens the group's and the expansion's of these: each as one linear map of the codes that enter, (I22) and (I23);
/// m 9 C O steps.
void compose(const IntegerCflog& cflog, std::uint64_t seed, std::int64_t top_code, std::span<SumRange> sums);
/// The group's channels so (I22), a latent map at a time.
std::vector<Interval> composed_latents(const IntegerCflog& cflog, std::int64_t top_code);
/// No sum of some of the latent maps [begin, end) at a pixel, each with either sign, exceeds this magnitude, (I23).
std::int64_t latent_magnitude(const IntegerCflog& cflog, std::int64_t top_code, Index begin, Index end);
/// The first convolution, for pixels - 128.
SumRange conv_range(const IntegerConv& conv);
/// The head's sums over all pixels, before the affine map.
SumRange head_range(const IntegerHead& head, std::int64_t top_code, Index pixels);

}  // namespace mog
