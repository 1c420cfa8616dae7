// The meaning of the weight gradient of codes with rounded gradients, in plain loops.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"
#include "core/kernels/rounded_blocks.hpp"

namespace mog::kernels {
namespace {

/// The rows of one block.
void add_block(const PointwiseGradientS16Part& a, Index first, Index end) {
  std::uint32_t largest = 0;
  for (Index p = first; p < end; ++p) {
    for (Index o = 0; o < a.columns; ++o) {
      largest = std::max(largest, std::bit_cast<std::uint32_t>(std::fabs(a.dy[p * a.out + o])));
    }
  }
  const BlockScale scale = block_scale(largest, kGradientBits);
  const bool finite = !std::isnan(scale.down);
  for (Index c = 0; c < a.in; ++c) {
    for (Index o = 0; o < a.columns; ++o) {
      std::int32_t sum = 0;
      for (Index p = first; finite && p < end; ++p) {
        sum += a.x[p * a.in + c] * static_cast<std::int32_t>(std::nearbyint(a.dy[p * a.out + o] * scale.up));
      }
      float& dw = a.dw[c * a.out + o];
      const float scaled = static_cast<float>(sum) * scale.down;
      dw = first == 0 ? scaled : dw + scaled;
    }
  }
}

void run(const PointwiseGradientS16Part& a) {
  for (Index first = 0; first < a.rows; first += kGradientRows) {
    add_block(a, first, std::min(first + kGradientRows, a.rows));
  }
}

}  // namespace

extern constinit const PointwiseGradientS16Kernel pointwise_gradient_s16_reference{Isa::reference, run};

}  // namespace mog::kernels
