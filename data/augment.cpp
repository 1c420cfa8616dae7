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

void write_centred(const Picture& picture, const Placement& placement, const Window& window, float* out) {
  const Index channels = picture.channels, row_size = window.width * channels;
  // Column x of the placed picture shows the picture's column x - right, counted from its other side where it is
  // mirrored: columns first..first+W-1 show the picture, and begin..end are those of them within the window.
  const Index first = placement.mirrored ? -placement.right : placement.right;
  const Index begin = std::clamp<Index>(first - window.left, 0, window.width);
  const Index end = std::clamp<Index>(first + picture.width - window.left, 0, window.width);
  const Index column = window.left + begin - first;  // that `begin` shows, counted from that side
  const Index step = placement.mirrored ? -channels : channels;
  for (Index y = 0; y < window.height; ++y, out += row_size) {
    const Index source_y = window.top + y - placement.down;
    if (source_y < 0 || source_y >= picture.height) {
      std::fill_n(out, row_size, 0.0F);
      continue;
    }
    std::fill_n(out, begin * channels, 0.0F);
    const Index source_x = placement.mirrored ? picture.width - 1 - column : column;
    const std::uint8_t* source = picture.pixels + (source_y * picture.width + source_x) * channels;
    for (Index x = begin; x < end; ++x, source += step) {
      for (Index c = 0; c < channels; ++c) out[x * channels + c] = centred(source[c]);
    }
    std::fill_n(out + end * channels, (window.width - end) * channels, 0.0F);
  }
}

}  // namespace mog
