// Packing: pointwise weights in the order in which the vector loops read them.
#include "core/kernels/pointwise_s16/blocks.hpp"

#include <algorithm>
#include <cstring>

namespace mog::kernels {

Index packed_pointwise_s16_size(const PointwiseS16Shape& shape, Index lanes) {
  const PointwiseS16Blocks blocks(shape, lanes);
  return blocks.count * blocks.bytes;
}

void pack_pointwise_s16(const PointwiseS16Weights& weights, Index lanes, std::byte* packed) {
  const auto [in, out] = weights.shape;
  const PointwiseS16Blocks blocks(weights.shape, lanes);
  std::memset(packed, 0, static_cast<std::size_t>(blocks.count * blocks.bytes));
  for (Index b = 0; b < blocks.count; ++b) {
    auto* const block = reinterpret_cast<std::int16_t*>(packed + b * blocks.bytes);
    const Index first = b * blocks.channels, used = std::min(blocks.channels, out - first);
    for (Index c = 0; c < in; ++c) {
      std::int16_t* const to = block + c / 2 * 2 * blocks.channels + c % 2;
      for (Index i = 0; i < used; ++i) to[2 * i] = weights.w[c * out + first + i];
    }
  }
}

}  // namespace mog::kernels
