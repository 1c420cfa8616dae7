// A data set in memory: 8-bit pictures of one size, channels last, each with the number of its class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// Pictures [N, H, W, C] as bytes (0 is black) and one label a picture, an index into class_names.
struct Dataset {
  std::string name;
  Index height = 0;
  Index width = 0;
  Index channels = 3;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::string> class_names;

  [[nodiscard]] Index size() const { return static_cast<Index>(labels.size()); }
  [[nodiscard]] Index classes() const { return static_cast<Index>(class_names.size()); }
  /// Bytes of one picture.
  [[nodiscard]] Index image_bytes() const { return height * width * channels; }
  /// First byte of picture i.
  [[nodiscard]] const std::uint8_t* image(Index i) const { return pixels.data() + i * image_bytes(); }
  [[nodiscard]] std::uint8_t* image(Index i) { return pixels.data() + i * image_bytes(); }

  /// Makes room for `count` pictures of the sizes that are set.
  void resize(Index count);
  /// Throws std::invalid_argument unless pixels, labels and class names fit together.
  void check() const;
};

/// What a network learns from, and what it is measured on.
struct DatasetPair {
  Dataset train, test;
};

}  // namespace mog
