// Bits into weights and back, (I2) to (I5).
#include "deploy/runtime/weights.hpp"

#include "core/automaton.hpp"
#include "core/error.hpp"

namespace mog {

PackedWeights pack_weights(WeightKind kind, std::span<const std::int8_t> weights) {
  PackedWeights packed{.kind = kind, .count = static_cast<Index>(weights.size()), .bytes = {}};
  packed.bytes.resize(static_cast<std::size_t>(packed_bytes(kind, packed.count)));
  const std::size_t each = static_cast<std::size_t>(kind);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int8_t w = weights[i];
    require(kind == WeightKind::binary ? w == 1 || w == -1 : w >= -1 && w <= 1, "pack_weights: weight ", i, " is ",
            int{w}, kind == WeightKind::binary ? ", expected -1 or 1" : ", expected -1, 0 or 1");
    const unsigned bits = kind == WeightKind::binary ? (w == 1 ? 1U : 0U) : static_cast<unsigned>(w) & 3U;
    std::uint8_t& byte = packed.bytes[i * each / 8];
    byte = static_cast<std::uint8_t>(byte | bits << (i * each % 8));
  }
  return packed;
}

void unpack_weights(const PackedWeights& packed, std::int8_t* weights) {
  const std::uint8_t* const bytes = packed.bytes.data();
  for (Index i = 0; i < packed.count; ++i) {
    if (packed.kind == WeightKind::binary) {  // (I2), else (I3)
      weights[i] = (bytes[i / 8] >> (i % 8) & 1) != 0 ? std::int8_t{1} : std::int8_t{-1};
    } else {
      constexpr std::int8_t kValues[] = {0, 1, -2, -1};
      weights[i] = kValues[bytes[i / 4] >> (i % 4 * 2) & 3];
    }
  }
}

std::vector<std::int8_t> unpack_weights(const PackedWeights& packed) {
  std::vector<std::int8_t> weights(static_cast<std::size_t>(packed.count));
  unpack_weights(packed, weights.data());
  return weights;
}

std::vector<std::int8_t> automaton_weights(std::uint64_t seed, std::uint32_t automaton, Index states, Index cells) {
  require(states >= 1, "automaton_weights: ", states, " states, expected at least 1");
  Automaton state(cells, seed, automaton);  // (I4), its steps (I5)
  std::vector<std::int8_t> weights;
  weights.reserve(static_cast<std::size_t>(states * cells));
  for (Index t = 0; t < states; ++t, state.step()) {
    for (Index o = 0; o < cells; ++o) weights.push_back(state.cell(o) ? std::int8_t{1} : std::int8_t{-1});
  }
  return weights;
}

}  // namespace mog
