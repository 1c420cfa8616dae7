// Fuzz target: any bytes as a picture.
#include "core/error.hpp"
#include "data/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const mog::Image image = mog::decode_image({data, size}, "fuzz");
    if (static_cast<mog::Index>(image.pixels.size()) != 3 * image.height * image.width) __builtin_trap();
    constexpr mog::Index kQuick = 64 * 64;
    if (image.height * image.width <= kQuick) static_cast<void>(mog::centre_square(image, 8));
  } catch (const mog::DataError&) {
  }
  return 0;
}
