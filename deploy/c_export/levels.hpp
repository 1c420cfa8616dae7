// Levels of the exported C: a line for each channel where one takes the same decisions, which it nearly always does.
#pragma once

#include <cstdint>
#include <vector>

#include "deploy/runtime/integer_network.hpp"
#include "deploy/runtime/ranges.hpp"

namespace mog::c_export {

/// Level j = 0.. of channel o is reached by v when 2^fraction v >= first[o] + j slope[o]; where slope[o] is -1, when
/// v >= listed[first[o] + j].
struct LevelLines {
  std::vector<std::int32_t> first, slope, listed;

  [[nodiscard]] Index bytes() const { return static_cast<Index>(4 * (first.size() + slope.size() + listed.size())); }
};

/// The same decisions as the thresholds' for every sum within its channel's range.
LevelLines level_lines(const Thresholds& thresholds, const SumRange& sums, int fraction);

}  // namespace mog::c_export
