// Pixels become numbers around 0, shifted and mirrored at random while a network learns.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace mog {

/// Which pictures are mirrored left to right.
enum class Flip {
  none,
  random,      // each with probability 1/2 in each epoch
  alternating  // half of them in the first epoch, and every picture in every second epoch from then on (Jordan, "94% on
               // CIFAR-10 in 3.29 seconds on a single GPU", 2024, section 3.6)
};
/// "none", "random", "alternating".
const char* name(Flip flip);

/// How pictures are varied: padded by `pad` pixels of 0 on each side, a crop of the picture's own size drawn from
/// that, and mirrored.
struct Augmentation {
  Index pad = 4;  // 0 or more; 0 leaves the picture in place
  Flip flip = Flip::random;

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

/// What was drawn for one picture: it is moved down and right by these (negative: up and left), then mirrored.
struct Placement {
  Index down = 0;
  Index right = 0;
  bool mirrored = false;
};

/// The placement of picture `index` in an epoch: a function of its arguments, wherever in a batch the picture stands.
Placement draw_placement(const Augmentation& augmentation, std::uint64_t seed, Index epoch, Index index);

/// A picture [H, W, C] of bytes.
struct Picture {
  const std::uint8_t* pixels;
  Index height, width, channels;
};

/// Part of a placed picture: it has rows top..top+height-1 and columns left..left+width-1.
struct Window {
  Index top = 0, left = 0;
  Index height, width;
};

/// Writes a window [height, width, C] of a picture as it is placed, each byte p as (p - 128) / 128, which float holds
/// exactly; what the picture leaves free is 0.
void write_centred(const Picture& picture, const Placement& placement, const Window& window, float* out);

}  // namespace mog
