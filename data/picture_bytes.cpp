// Numbers out of a picture file, and the turn of large pictures.
#include "data/picture_bytes.hpp"

#include "data/image.hpp"

namespace mog {

void LargePicture::take() {
  static std::recursive_mutex one;  // recursive: a large file that holds a large picture takes it twice
  if (!turn_.owns_lock()) turn_ = std::unique_lock(one);
}

std::span<const std::uint8_t> PictureBytes::part(std::size_t at, std::size_t bytes) const {
  if (at > size() || bytes > size() - at) broken(size(), "the file ends, expected ", bytes, " bytes at byte ", at);
  return bytes_.subspan(at, bytes);
}

std::uint32_t PictureBytes::big(std::size_t at, std::size_t bytes) const {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : part(at, bytes)) number = number << 8 | byte;
  return number;
}

std::uint32_t PictureBytes::little(std::size_t at, std::size_t bytes) const {
  std::uint32_t number = 0;
  for (std::size_t i = bytes; i-- > 0;) number = number << 8 | part(at, bytes)[i];
  return number;
}

void PictureBytes::measure(Index width, Index height) {
  if (width < 1 || height < 1) {
    throw DataError(
        concat(name_, ": broken ", format_, ": ", width, " x ", height, " pixels, expected at least 1 x 1"));
  }
  if (width > kMaxPictureSide || height > kMaxPictureSide || width * height > kMaxPicturePixels) {
    throw DataError(concat(name_, ": a ", format_, " of ", width, " x ", height, " pixels, expected at most ",
                           kMaxPictureSide, " a side and ", kMaxPicturePixels, " in all; scale it down"));
  }
  if (width * height > kLargePicturePixels) large_.take();
}

}  // namespace mog
