// Fuzz target: any bytes as a picture, and as EXIF data; what begins like a PNG once more under check sums that fit.
#include "core/error.hpp"
#include "data/exif.hpp"
#include "data/image.hpp"
#include "data/picture_kind.hpp"
#include "tests/fuzz/mended_png.hpp"

namespace {

void decode(std::span<const std::uint8_t> file) {
  try {
    const mog::Image image = mog::decode_image(file, "fuzz");
    if (static_cast<mog::Index>(image.pixels.size()) != 3 * image.height * image.width) __builtin_trap();
    constexpr mog::Index kQuick = 64 * 64;
    if (image.height * image.width <= kQuick) static_cast<void>(mog::centre_cut(image, {8, 8}));
  } catch (const mog::DataError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span file(data, size);
  const int orientation = mog::exif_orientation(file);
  if (orientation < 1 || orientation > 8) __builtin_trap();
  decode(file);
  if (mog::picture_kind(file).kind == mog::PictureKind::png) decode(mog::test::mended_png(file));
  return 0;
}
