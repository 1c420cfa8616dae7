// Draws placements and writes placed, centred pictures.
#include "data/augment.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace mog {
namespace {

float centred(std::uint8_t byte) { return static_cast<float>(static_cast<int>(byte) - 128) * 0x1p-7F; }

/// Whether a picture is mirrored in the epochs with an even number.
bool mirrored_first(std::uint64_t seed, Index index) {
  return Random(seed, Purpose::flip, 0, static_cast<std::uint32_t>(index)).below(2) == 1;
}

}  // namespace

const char* name(Flip flip) {
  switch (flip) {
    case Flip::none: break;
    case Flip::random: return "random";
    case Flip::alternating: return "alternating";
  }
  return "none";
}

Placement draw_placement(const Augmentation& augmentation, std::uint64_t seed, Index epoch, Index index) {
  Random random(seed, Purpose::augment, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(index));
  const auto places = static_cast<std::uint64_t>(2 * augmentation.pad + 1);
  Placement placement;
  placement.down = static_cast<Index>(random.below(places)) - augmentation.pad;
  placement.right = static_cast<Index>(random.below(places)) - augmentation.pad;
  switch (augmentation.flip) {
    case Flip::none: break;
    case Flip::random: placement.mirrored = random.below(2) == 1; break;
    case Flip::alternating: placement.mirrored = mirrored_first(seed, index) == (epoch % 2 == 0); break;
  }
  return placement;
}

void write_centred(const std::uint8_t* image, Index height, Index width, Index channels, const Placement& placement,
                   float* out) {
  const Index row_size = width * channels;
  // Columns [left, right) of the result come from the picture's; the others are 0.
  const Index left = std::clamp<Index>(placement.right, 0, width);
  const Index right = std::clamp<Index>(width + placement.right, 0, width);
  for (Index y = 0; y < height; ++y, out += row_size) {
    const Index source_y = y - placement.down;
    if (source_y < 0 || source_y >= height) {
      std::fill_n(out, row_size, 0.0F);
      continue;
    }
    const std::uint8_t* source = image + (source_y * width + left - placement.right) * channels;
    const Index count = (right - left) * channels;
    if (!placement.mirrored) {
      std::fill_n(out, left * channels, 0.0F);
      for (Index i = 0; i < count; ++i) out[left * channels + i] = centred(source[i]);
      std::fill_n(out + right * channels, (width - right) * channels, 0.0F);
    } else {
      std::fill_n(out, (width - right) * channels, 0.0F);
      float* mirrored = out + (width - left) * channels;  // one past the pixel that is written next
      for (Index i = 0; i < count; i += channels) {
        mirrored -= channels;
        for (Index c = 0; c < channels; ++c) mirrored[c] = centred(source[i + c]);
      }
      std::fill_n(out + (width - left) * channels, left * channels, 0.0F);
    }
  }
}

}  // namespace mog
