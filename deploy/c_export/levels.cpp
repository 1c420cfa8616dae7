// A line's two numbers from the levels that it has to lie between.
#include "deploy/c_export/levels.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace mog::c_export {
namespace {

using Integer = std::int64_t;
constexpr Integer kInfinite = std::numeric_limits<Integer>::max() / 4;
constexpr Integer kLargest = std::numeric_limits<std::int32_t>::max();

/// A level's place on the line: above `above`, not beyond `most`.
struct Place {
  Integer above, most;
};

struct Line {
  Integer first, slope;
};

Integer floor_quotient(Integer a, Integer b) { return a / b - (a % b != 0 && a < 0 ? 1 : 0); }

/// A level that every sum reaches may lie anywhere below them, one that none reaches anywhere above.
std::vector<Place> places(const std::int32_t* levels, Index count, Interval v, int fraction) {
  const Integer unit = Integer{1} << fraction;
  std::vector<Place> all;
  for (Index j = 0; j < count; ++j) {
    const Integer level = levels[j];
    all.push_back({.above = level <= v.low ? -kInfinite : std::min(level - 1, v.high) * unit,
                   .most = level > v.high ? kInfinite : std::max(level, v.low) * unit});
  }
  return all;
}

/// first + j slope within every place. For a given slope such a `first` exists when each two places allow the slope.
std::optional<Line> line_through(const std::vector<Place>& places) {
  const auto count = static_cast<Index>(places.size());
  Integer least = 0, largest = kLargest;
  for (Index i = 0; i < count; ++i) {
    const Place a = places[static_cast<std::size_t>(i)];
    for (Index j = i + 1; j < count; ++j) {
      const Place b = places[static_cast<std::size_t>(j)];
      if (b.above > -kInfinite && a.most < kInfinite)
        least = std::max(least, floor_quotient(b.above - a.most, j - i) + 1);
      if (b.most < kInfinite && a.above > -kInfinite) {
        largest = std::min(largest, floor_quotient(b.most - a.above - 1, j - i));
      }
    }
  }
  if (least > largest) return std::nullopt;
  const Integer slope = largest == kLargest ? least : least + (largest - least) / 2;
  Integer low = -kLargest, high = kLargest;
  for (Index j = 0; j < count; ++j) {
    low = std::max(low, places[static_cast<std::size_t>(j)].above - j * slope + 1);
    high = std::min(high, places[static_cast<std::size_t>(j)].most - j * slope);
  }
  if (low > high) return std::nullopt;
  return Line{.first = std::clamp(Integer{0}, low, high), .slope = slope};
}

}  // namespace

LevelLines level_lines(const Thresholds& thresholds, const SumRange& sums, int fraction) {
  LevelLines lines;
  const std::size_t channels = thresholds.falling.size(), count = thresholds.levels.size() / channels;
  for (std::size_t o = 0; o < channels; ++o) {
    const Interval sum = sums.channels[o];
    const Interval v = thresholds.falling[o] != 0 ? Interval{-sum.high, -sum.low} : sum;
    const std::int32_t* const levels = thresholds.levels.data() + o * count;
    const auto line = line_through(places(levels, static_cast<Index>(count), v, fraction));
    lines.first.push_back(static_cast<std::int32_t>(line ? line->first : static_cast<Integer>(lines.listed.size())));
    lines.slope.push_back(static_cast<std::int32_t>(line ? line->slope : -1));
    if (!line) lines.listed.insert(lines.listed.end(), levels, levels + count);
  }
  return lines;
}

}  // namespace mog::c_export
