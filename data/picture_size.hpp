// The size that pictures are cut and scaled to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/types.hpp"

namespace mog {

struct PictureSize {
  Index height = 32, width = 32;  // pixels

  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// "48x64", height before width.
std::string text_of(const PictureSize& size);
/// Of "48x64", or of "48" for a square; nothing unless both are 1 to kMostPictureSide.
std::optional<PictureSize> parse_picture_size(std::string_view text);

}  // namespace mog
