// Packing: 3x3 weights in the order in which the vector loops read them.
#include "core/kernels/conv3x3_s16/blocks.hpp"

#include <cstring>

namespace mog::kernels {

Index packed_conv3x3_size(const Conv3x3S16Shape& shape, Index lanes) {
  const Conv3x3Blocks blocks(shape, lanes);
  return blocks.groups * blocks.bytes;
}

void pack_conv3x3(const Conv3x3S16Weights& weights, Index lanes, std::byte* packed) {
  const auto [groups, inputs, outputs, planes, largest] = weights.shape;
  const Conv3x3Blocks blocks(weights.shape, lanes);
  std::memset(packed, 0, static_cast<std::size_t>(packed_conv3x3_size(weights.shape, lanes)));
  for (Index g = 0; g < groups; ++g) {
    const Index joined = g * outputs / blocks.outputs, member = g - joined * (blocks.outputs / outputs);
    auto* const w = reinterpret_cast<std::int16_t*>(packed + joined * blocks.bytes);
    auto* const bias = reinterpret_cast<std::int32_t*>(packed + joined * blocks.bytes + blocks.weights);
    auto* const places = reinterpret_cast<std::int32_t*>(packed + joined * blocks.bytes + blocks.places);
    for (Index q = 0; q < outputs; ++q) {
      const Index o = member * outputs + q, vector = o / lanes, lane = o % lanes;
      bias[o] = weights.bias[g * outputs + q];
      for (Index pair = 0; blocks.spread && pair < blocks.pairs; ++pair) {
        places[pair * lanes + o] = static_cast<std::int32_t>(member * blocks.pairs + pair);
      }
      for (Index tap = 0; tap < 9; ++tap) {
        for (Index i = 0; i < inputs; ++i) {
          const Index c = blocks.spread ? i : member * inputs + i;
          const Index step = (vector * 3 + tap / 3) * blocks.pairs + c / 2;
          w[((step * 3 + tap % 3) * lanes + lane) * 2 + c % 2] = weights.w[((g * 9 + tap) * inputs + i) * outputs + q];
        }
      }
    }
  }
}

}  // namespace mog::kernels
