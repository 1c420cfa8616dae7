// The meaning of the 3x3 weight gradient with rounded gradients, in plain loops.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "core/kernels/conv3x3_gradient_s16/strips.hpp"
#include "core/kernels/rounded_blocks.hpp"

namespace mog::kernels {
namespace {

struct PlainLoops;
using Strip = GradientStrip<PlainLoops>;

/// One block: a strip of pixels, a group, some of its outputs.
struct Block {
  const Conv3x3GradientS16Part& part;
  const Strip& strip;
  Index group, first, outputs;

  [[nodiscard]] bool inside(Index row, Index column) const {
    return row >= 0 && row < part.sizes.height && column >= 0 && column < part.sizes.width;
  }
  [[nodiscard]] std::int32_t x(const GradientRun& run, Index row, Index column, Index i) const {
    const Conv3x3Sizes& z = part.sizes;
    if (!inside(row, column)) return 0;
    return part.x[((run.image * z.height + row) * z.width + column) * z.in + group * (z.in / z.groups) + i];
  }
  [[nodiscard]] float dy(const GradientRun& run, Index row, Index column, Index q) const {
    const Conv3x3Sizes& z = part.sizes;
    if (!inside(row, column)) return 0;
    return part.dy[((run.image * z.height + row) * z.width + column) * z.out + group * (z.out / z.groups) + first + q];
  }
  /// Calls visit(run, column) for all columns, and one more at either side where `beside` says so.
  template <class Visit>
  void for_each_column(bool beside, const Visit& visit) const {
    const Index more = beside ? 1 : 0;
    for (Index r = 0; r < strip.count; ++r) {
      const GradientRun& run = strip.runs[r];
      for (Index c = run.column - more; c < run.column + 2 * run.pairs + more; ++c) visit(run, c);
    }
  }
};

/// Adds a block's sums; returns whether no x was too large.
bool add_block(const Block& b) {
  const Conv3x3Sizes& z = b.part.sizes;
  const Index I = z.in / z.groups, Q = z.out / z.groups;
  std::uint32_t largest_x = 0, largest_dy = 0;
  b.for_each_column(false, [&](const GradientRun& run, Index c) {
    for (Index row = run.row - 1; row < run.row + 3; ++row) {
      for (Index i = 0; i < I; ++i) {
        largest_x = std::max(largest_x, static_cast<std::uint32_t>(std::abs(b.x(run, row, c, i))));
      }
    }
  });
  if (largest_x > kLargestInput) return false;
  b.for_each_column(true, [&](const GradientRun& run, Index c) {
    for (Index row = run.row; row < run.row + 2; ++row) {
      for (Index q = 0; q < b.outputs; ++q) {
        largest_dy = std::max(largest_dy, std::bit_cast<std::uint32_t>(std::fabs(b.dy(run, row, c, q))));
      }
    }
  });
  const BlockScale scale = block_scale(largest_dy, gradient_bits(largest_x));
  const bool finite = !std::isnan(scale.down);
  const auto rounded = [&](const GradientRun& run, Index row, Index column, Index q) {
    return static_cast<std::int32_t>(std::nearbyint(b.dy(run, row, column, q) * scale.up));
  };
  for (Index k = 0; k < 4; ++k) {
    for (Index i = 0; i < I; ++i) {
      for (Index s = 0; s < 3; ++s) {
        for (Index q = 0; q < b.outputs; ++q) {
          std::int32_t sum = 0;
          if (finite) {
            b.for_each_column(false, [&](const GradientRun& run, Index c) {
              const auto x = [&](Index row) { return b.x(run, run.row + row - 1, c, i); };
              const std::int32_t d0 = rounded(run, run.row, c + 1 - s, q), d1 = rounded(run, run.row + 1, c + 1 - s, q);
              const std::int32_t v[4] = {x(0) - x(2), x(1) + x(2), x(2) - x(1), x(1) - x(3)};
              const std::int32_t d[4] = {d0, d0 + d1, d0 - d1, d1};
              sum += v[k] * d[k];
            });
          }
          b.part.sums[(((b.group * 4 + k) * I + i) * 3 + s) * Q + b.first + q] += static_cast<float>(sum) * scale.down;
        }
      }
    }
  }
  return true;
}

bool run(const Conv3x3GradientS16Part& part) {
  const Index Q = part.sizes.out / part.sizes.groups;
  Strip strip(part);
  bool fits = true;
  while (strip.next()) {
    for (Index group = part.group_begin; group < part.group_end; ++group) {
      for (Index q = 0; q < Q; q += kGradientBlockOutputs) {
        fits = add_block({part, strip, group, q, std::min(kGradientBlockOutputs, Q - q)}) && fits;
      }
    }
  }
  return fits;
}

}  // namespace

extern constinit const Conv3x3GradientS16Kernel conv3x3_gradient_s16_reference{Isa::reference, run};

}  // namespace mog::kernels
