// Where the pixels of a map lie in memory, and a walk over them.
#pragma once

#include "core/types.hpp"

namespace mog::kernels {

/// Where a pixel of a map lies: so many elements after the one before, so many between the beginnings of rows of
/// `width` pixels. A map within a border has room between its rows.
struct PixelLayout {
  Index width, pixel, row;
};

/// A place in such a map, taken pixel by pixel.
struct PixelPlace {
  PixelLayout layout;
  Index column = 0, offset = 0;

  [[gnu::always_inline]] void next() {
    offset += layout.pixel;
    if (++column == layout.width) {
      column = 0;
      offset += layout.row - layout.width * layout.pixel;
    }
  }
};

}  // namespace mog::kernels
