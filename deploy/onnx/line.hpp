// Levels on a line: the scale and offset whose rounding gives a channel's codes.
#pragma once

#include <optional>
#include <span>

#include "deploy/runtime/ranges.hpp"

namespace mog::onnx {

/// code = round(clip(slope s + offset, 0, L)), to even where that is a tie; none occurs.
struct Line {
  float slope, offset;
};

/// The line that keeps the largest distance from every decision: the j-th code begins halfway between level j - 1 and
/// level j or as near to it as one line can. A tool that turns the line into thresholds of its own, and rounds them
/// up, has these levels again. `levels` ascend; those outside `sums` are never reached and ask for nothing. None where
/// no line gives the right code for every sum.
std::optional<Line> widest_line(std::span<const std::int32_t> levels, const Interval& sums);

}  // namespace mog::onnx
