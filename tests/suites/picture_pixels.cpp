// Prints the pixels of a picture file as `mog` reads them, for tests/suites/pictures.py: a binary PPM on standard
// output, or, with exit code 3, why it is refused.
#include <cstdio>

#include "core/error.hpp"
#include "data/image.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const mog::Image image = mog::read_image(argv[1]);
    std::printf("P6 %ld %ld 255\n", static_cast<long>(image.width), static_cast<long>(image.height));
    std::fwrite(image.pixels.data(), 1, image.pixels.size(), stdout);
  } catch (const mog::DataError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
