// What a packed file consists of.
#pragma once

#include <cstdint>
#include <string>

#include "core/types.hpp"

namespace mog {

enum class PartKind : std::uint8_t { binary_weights, ternary_weights, levels, affine, names, header, layer_table };
/// All of them, for sums by kind.
constexpr PartKind kPartKinds[] = {PartKind::binary_weights, PartKind::ternary_weights, PartKind::levels,
                                   PartKind::affine,         PartKind::names,           PartKind::header,
                                   PartKind::layer_table};
/// "binary weights", for people.
const char* name(PartKind kind);

/// A stretch of the file.
struct ModelPart {
  std::string layer;  // "cflog1"; empty for what belongs to none
  PartKind kind = PartKind::header;
  Index offset = 0, bytes = 0;  // the next part begins at the next multiple of 64
  Index weight_bits = 0;        // of weights: those that the paper counts
};

}  // namespace mog
