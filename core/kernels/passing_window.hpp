// Where the gradient of a quantized ReLU passes.
#pragma once

namespace mog::kernels {

/// The straight-through estimator of the quantized ReLU of x has the slope 1 where low <= x <= high, else 0. The paper's
/// window (under Eq. 1) is |x| <= 1; codes change between 0 and 1.
struct PassingWindow {
  float low = -1, high = 1;

  friend bool operator==(const PassingWindow&, const PassingWindow&) = default;
};

}  // namespace mog::kernels
