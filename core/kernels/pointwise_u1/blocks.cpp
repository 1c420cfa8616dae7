// Packing: the weights' bits in the order in which the vector loops read them.
#include "core/kernels/pointwise_u1/blocks.hpp"

#include <cstring>

namespace mog::kernels {

Index packed_bits_size(const PointwiseU1Shape& shape, Index lanes, Index inputs) {
  return (shape.out + lanes - 1) / lanes * OneBitBlock(shape, lanes, inputs).bytes;
}

void pack_bits(const PointwiseU1Weights& weights, Index lanes, Index inputs, std::byte* packed) {
  const auto [in, out] = weights.shape;
  const OneBitBlock block(weights.shape, lanes, inputs);
  std::memset(packed, 0, static_cast<std::size_t>(packed_bits_size(weights.shape, lanes, inputs)));
  for (Index first = 0; first < out; first += lanes, packed += block.bytes) {
    auto* const positives = reinterpret_cast<std::int16_t*>(packed + block.positives);
    for (Index lane = 0; lane < lanes; ++lane) {
      const Index i = output_of_byte(lanes, lane), o = first + i;
      if (o >= out) continue;
      for (Index c = 0; c < in; ++c) {
        if (weights.w[c * out + o] < 0) continue;
        packed[block.bits + c / inputs * lanes + lane] |= std::byte{1} << (c % inputs);
        ++positives[i];
      }
    }
  }
}

}  // namespace mog::kernels
