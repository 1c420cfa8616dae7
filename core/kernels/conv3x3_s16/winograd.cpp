// Packing: 3x3 weights transformed for Winograd's minimal filtering.
#include "core/kernels/conv3x3_s16/winograd.hpp"

#include <cstring>

namespace mog::kernels {

Index packed_winograd_size(const Conv3x3S16Shape& shape, Index lanes) {
  const WinogradBlocks blocks(shape, lanes);
  return blocks.groups * blocks.bytes;
}

void pack_winograd(const Conv3x3S16Weights& weights, Index lanes, std::byte* packed) {
  constexpr int kG[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  const auto [groups, inputs, outputs, planes, largest] = weights.shape;
  const WinogradBlocks blocks(weights.shape, lanes);
  std::memset(packed, 0, static_cast<std::size_t>(packed_winograd_size(weights.shape, lanes)));
  for (Index o = 0; o < groups * outputs; ++o) {
    const Index block = o / blocks.outputs, within = o % blocks.outputs;  // of the joined groups
    const Index g = o / outputs, first_input = (g - block * (blocks.outputs / outputs)) * inputs;
    auto* const w = reinterpret_cast<std::int8_t*>(packed + block * blocks.bytes);
    reinterpret_cast<std::int32_t*>(packed + block * blocks.bytes + blocks.bias)[within] = 4 * weights.bias[o];
    for (Index i = 0; i < inputs; ++i) {
      const Index c = first_input + i;
      for (Index position = 0; position < WinogradBlocks::kPositions; ++position) {
        const int* const rows = kG[position / 4];
        const int* const columns = kG[position % 4];
        int sum = 0;
        for (Index tap = 0; tap < 9; ++tap) {
          sum += rows[tap / 3] * columns[tap % 3] * weights.w[((g * 9 + tap) * inputs + i) * outputs + o % outputs];
        }
        const Index step = (within / lanes * WinogradBlocks::kPositions + position) * blocks.pairs + c / 2;
        w[(step * lanes + within % lanes) * 2 + c % 2] = static_cast<std::int8_t>(sum);
      }
    }
  }
}

}  // namespace mog::kernels
