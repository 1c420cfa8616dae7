// A minimax line through few points, and its proof in float32.
#include "deploy/onnx/line.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/float_environment.hpp"

namespace mog::onnx {
namespace {

/// The code j - 1/2 is crossed somewhere in (level - 1, level): at best in its middle.
struct Crossing {
  double code, sum;
};

/// sum = slope code + offset, the largest deviation from all crossings smallest: its slope is that of two of them.
struct Minimax {
  double slope, offset, deviation;
};

Minimax through(const std::vector<Crossing>& points, double slope) {
  double low = points[0].sum - slope * points[0].code, high = low;
  for (const Crossing& point : points) {
    const double rest = point.sum - slope * point.code;
    low = std::min(low, rest);
    high = std::max(high, rest);
  }
  return {slope, (low + high) / 2, (high - low) / 2};
}

Minimax minimax(const std::vector<Crossing>& points) {
  Minimax best = through(points, 1);  // of one point, any slope
  if (points.size() > 1) best.deviation = HUGE_VAL;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double slope = (points[j].sum - points[i].sum) / (points[j].code - points[i].code);
      // Equal levels have no slope; a small one crosses them within the same sum.
      const Minimax line = through(points, std::max(slope, 1.0 / 64));
      if (line.deviation < best.deviation) best = line;
    }
  }
  return best;
}

Index code_of(float value, Index top) {
  const float clipped = std::clamp(value, 0.0F, static_cast<float>(top));
  return static_cast<Index>(std::nearbyint(clipped));
}

/// Codes are right at every level, just before it, and at both ends; between them they cannot fall.
bool proved(const Line& line, std::span<const std::int32_t> levels, const Interval& sums) {
  const Index top = static_cast<Index>(levels.size());
  const auto right = [&](std::int64_t sum) {
    if (sum < sums.low || sum > sums.high) return true;
    const auto reached = std::count_if(levels.begin(), levels.end(), [sum](auto level) { return sum >= level; });
    const auto s = static_cast<float>(sum);
    return code_of(line.slope * s + line.offset, top) == reached &&
           code_of(std::fma(line.slope, s, line.offset), top) == reached;
  };
  return right(sums.low) && right(sums.high) && std::all_of(levels.begin(), levels.end(), [&](std::int32_t level) {
           return right(level) && right(std::int64_t{level} - 1);
         });
}

/// Of one crossing, the next ones lie beyond all sums with this slope.
Minimax minimax_within(const std::vector<Crossing>& points, const Interval& sums) {
  if (points.size() == 1) return through(points, static_cast<double>(sums.high - sums.low) + 1);
  return minimax(points);
}

std::optional<Line> line_through(const std::vector<Crossing>& points, std::span<const std::int32_t> levels,
                                 const Interval& sums) {
  const Minimax best = minimax_within(points, sums);
  const Line line{static_cast<float>(1 / best.slope), static_cast<float>(-best.offset / best.slope)};
  if (!proved(line, levels, sums)) return {};
  return line;
}

/// One code for all sums; a slope of 0 would have no thresholds.
Line constant_line(Index code, const Interval& sums) {
  const double slope = 0.25 / static_cast<double>(std::max<std::int64_t>(1, sums.high - sums.low));
  const double middle = static_cast<double>(sums.low + sums.high) / 2;
  return {static_cast<float>(slope), static_cast<float>(static_cast<double>(code) - slope * middle)};
}

}  // namespace

std::optional<Line> widest_line(std::span<const std::int32_t> levels, const Interval& sums) {
  const FloatEnvironment standard;
  std::vector<Crossing> reached, clamped;  // those between two sums; and the nearest one beyond either end, at that end
  Index below = 0;                         // levels that every sum has reached
  for (std::size_t j = 0; j < levels.size(); ++j) {
    const Crossing crossing{static_cast<double>(j) + 0.5, levels[j] - 0.5};
    if (levels[j] <= sums.low) {
      ++below;
      clamped = {{crossing.code, static_cast<double>(sums.low) - 0.5}};
    } else if (levels[j] <= sums.high) {
      reached.push_back(crossing);
      clamped.push_back(crossing);
    } else {
      clamped.push_back({crossing.code, static_cast<double>(sums.high) + 0.5});
      break;
    }
  }
  if (reached.empty()) return constant_line(below, sums);
  auto line = line_through(reached, levels, sums);
  if (!line) line = line_through(clamped, levels, sums);
  return line;
}

}  // namespace mog::onnx
