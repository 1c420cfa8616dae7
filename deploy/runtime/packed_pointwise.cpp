// The pointwise kernels of this machine, and weights whose codes all rise.
#include "deploy/runtime/packed_pointwise.hpp"

namespace mog {

const kernels::PointwiseU8Kernel& pointwise_kernel() {
  static const kernels::PointwiseU8Kernel& row = kernels::select(kernels::pointwise_u8_kernels());
  return row;
}
const kernels::PointwiseU1Kernel& one_bit_kernel() {
  static const kernels::PointwiseU1Kernel& row = kernels::select(kernels::pointwise_u1_kernels());
  return row;
}

Rising::Rising(std::vector<std::int8_t> w, const Thresholds& thresholds, const std::vector<std::int64_t>& offsets)
    : weights(std::move(w)), bias(thresholds.falling.size()) {
  const std::size_t out = bias.size();
  for (std::size_t o = 0; o < out; ++o) {
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < offsets.size(); ++c) {
      std::int8_t& weight = weights[c * out + o];
      if (thresholds.falling[o] != 0) weight = static_cast<std::int8_t>(-weight);
      sum += std::int64_t{weight} * offsets[c];
    }
    bias[o] = static_cast<std::int32_t>(-sum);  // modulo 2^32, as the kernels add
  }
}

}  // namespace mog
