// Weights of one and two bits: packed, unpacked, generated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// Weights as they are stored. The enumerator's value is the bits of one weight.
enum class WeightKind : std::uint8_t {
  binary = 1,  // (I2): 1 is +1, 0 is -1
  ternary = 2  // (I3), two's complement: 01 is +1, 00 is 0, 11 is -1; 10 is no weight
};

/// `count` weights of 1 or 2 bits, the first in the lowest bits of the first byte; the last byte's unused bits are 0.
/// The order is that of training: pointwise [C, O], 3x3 [G, 3, 3, I, Q], outputs fastest.
struct PackedWeights {
  WeightKind kind = WeightKind::binary;
  Index count = 0;
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] Index bits() const { return count * static_cast<Index>(kind); }
  friend bool operator==(const PackedWeights&, const PackedWeights&) = default;
};
constexpr Index packed_bytes(WeightKind kind, Index count) { return (count * static_cast<Index>(kind) + 7) / 8; }
/// Throws std::invalid_argument when a weight is none of the kind's.
PackedWeights pack_weights(WeightKind kind, std::span<const std::int8_t> weights);
/// One -1, 0 or +1 a weight. Writes packed.count numbers.
void unpack_weights(const PackedWeights& packed, std::int8_t* weights);
std::vector<std::int8_t> unpack_weights(const PackedWeights& packed);

/// The weights that an automaton generates, (I4) and (I5): [states, cells] of -1 and +1, state t the weights of latent
/// map t.
std::vector<std::int8_t> automaton_weights(std::uint64_t seed, std::uint32_t automaton, Index states, Index cells);

}  // namespace mog
