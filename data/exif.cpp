// Reads one tag of the first directory of a TIFF header (TIFF 6.0, section 2; EXIF 2.32, section 4.6.4).
#include "data/exif.hpp"

#include <cstddef>

namespace mog {
namespace {

/// Numbers in either byte order; 0 beyond the end.
class Tiff {
 public:
  explicit Tiff(std::span<const std::uint8_t> bytes) : bytes_(bytes), big_(byte(0) == 'M') {}

  [[nodiscard]] std::size_t number(std::size_t at, std::size_t bytes) const {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | byte(at + (big_ ? i : bytes - 1 - i));
    return value;
  }
  [[nodiscard]] bool sound() const {
    return (byte(0) == 'I' || byte(0) == 'M') && byte(1) == byte(0) && number(2, 2) == 42;
  }

 private:
  [[nodiscard]] std::uint8_t byte(std::size_t at) const { return at < bytes_.size() ? bytes_[at] : std::uint8_t{0}; }

  std::span<const std::uint8_t> bytes_;
  bool big_;
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> tiff) {
  constexpr std::size_t kOrientation = 0x0112, kByte = 1, kShort = 3, kLong = 4, kEntry = 12;
  const Tiff file(tiff);
  if (!file.sound()) return 1;
  const std::size_t directory = file.number(4, 4);
  const std::size_t entries = file.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + kEntry * i;
    if (at + kEntry > tiff.size()) return 1;
    if (file.number(at, 2) != kOrientation) continue;
    const std::size_t type = file.number(at + 2, 2);
    const std::size_t bytes = type == kByte ? 1 : type == kShort ? 2 : type == kLong ? 4 : 0;
    const std::size_t value = file.number(at + 4, 4) == 1 ? file.number(at + 8, bytes) : 0;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Upright upright(int orientation, Index height, Index width) {
  const Index last = width - 1;               // of the first row
  const Index bottom = (height - 1) * width;  // first of the last row
  switch (orientation) {
    case 2: return {height, width, last, width, -1};
    case 3: return {height, width, bottom + last, -width, -1};
    case 4: return {height, width, bottom, -width, 1};
    case 5: return {width, height, 0, 1, width};
    case 6: return {width, height, bottom, 1, -width};
    case 7: return {width, height, bottom + last, -1, -width};
    case 8: return {width, height, last, -1, width};
    default: return {height, width, 0, width, 1};
  }
}

}  // namespace mog
