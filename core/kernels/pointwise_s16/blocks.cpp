// Packing: pointwise weights in the order in which the vector loops read them.
#include "core/kernels/pointwise_s16/blocks.hpp"

#include <cstring>

namespace mog::kernels {

Index packed_pointwise_s16_size(const PointwiseS16Shape& shape, Index lanes) {
  const Index pairs = (shape.in + 1) / 2, vectors = (shape.out + lanes - 1) / lanes;
  return pairs * vectors * lanes * 4;
}

void pack_pointwise_s16(const PointwiseS16Weights& weights, Index lanes, std::byte* packed) {
  const auto [in, out] = weights.shape;
  std::memset(packed, 0, static_cast<std::size_t>(packed_pointwise_s16_size(weights.shape, lanes)));
  for (Index first = 0; first < out; first += kCodeVectors * lanes) {
    const PointwiseS16Block block(weights.shape, lanes, first);
    auto* const w = reinterpret_cast<std::int16_t*>(packed);
    for (Index c = 0; c < in; ++c) {
      std::int16_t* const to = w + c / 2 * 2 * block.vectors * lanes + c % 2;
      for (Index i = 0; i < block.channels; ++i) to[2 * i] = weights.w[c * out + first + i];
    }
    packed += block.bytes;
  }
}

}  // namespace mog::kernels
