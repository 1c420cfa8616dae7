// HxW, and back.
#include "data/picture_size.hpp"

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace mog {

std::string text_of(const PictureSize& size) { return concat(size.height, 'x', size.width); }

std::optional<PictureSize> parse_picture_size(std::string_view text) {
  const auto sides = split<std::string_view>(text, 'x');
  if (sides.size() > 2) return std::nullopt;
  const auto height = from_text<Index>(sides.front()), width = from_text<Index>(sides.back());
  const auto fits = [](const std::optional<Index>& side) { return side && *side >= 1 && *side <= kMostPictureSide; };
  if (!fits(height) || !fits(width)) return std::nullopt;
  return PictureSize{.height = *height, .width = *width};
}

}  // namespace mog
