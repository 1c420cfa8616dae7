// Checks that the parts of a data set fit together.
#include "data/dataset.hpp"

#include "core/error.hpp"

namespace mog {

void Dataset::resize(Index count) {
  pixels.resize(static_cast<std::size_t>(count * image_bytes()));
  labels.resize(static_cast<std::size_t>(count));
}

void Dataset::check() const {
  require(height > 0 && width > 0 && channels > 0, "dataset ", name, ": pictures of ", height, " x ", width, " x ",
          channels, ", expected positive sizes");
  require(static_cast<Index>(pixels.size()) == size() * image_bytes(), "dataset ", name, ": ", pixels.size(),
          " bytes of pixels, expected ", size() * image_bytes(), " for ", size(), " labels");
  for (Index i = 0; i < size(); ++i) {
    const Index label = labels[static_cast<std::size_t>(i)];
    require(label >= 0 && label < classes(), "dataset ", name, ": label ", label, " of picture ", i, ", expected 0 to ",
            classes() - 1);
  }
}

}  // namespace mog
