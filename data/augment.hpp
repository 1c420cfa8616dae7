// Pixels become numbers around 0, shifted and mirrored at random while a network learns.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace mog {

/// How pictures are varied: padded by `pad` pixels of 0 on each side, a crop of the picture's own size drawn from
/// that, and mirrored left to right every second time.
struct Augmentation {
  Index pad = 4;  // 0 or more; 0 leaves the picture in place
  bool flip = true;
};

/// What was drawn for one picture: it is moved down and right by these (negative: up and left), then mirrored.
struct Placement {
  Index down = 0;
  Index right = 0;
  bool mirrored = false;
};

/// The placement of picture `index` in an epoch: a function of its arguments, wherever in a batch the picture stands.
Placement draw_placement(const Augmentation& augmentation, std::uint64_t seed, Index epoch, Index index);

/// Writes picture [H, W, C] as placed, each byte p as (p - 128) / 128, which float holds exactly; what the picture
/// leaves free is 0.
void write_centred(const std::uint8_t* image, Index height, Index width, Index channels, const Placement& placement,
                   float* out);

}  // namespace mog
