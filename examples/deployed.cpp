// Classifies a picture with a packed network: deployed model.mog < pixels, raw bytes, row by row, red, green and blue.
#include <cstdio>
#include <deploy/model_file.hpp>
#include <deploy/runtime.hpp>
#include <exception>
#include <stdexcept>
#include <vector>

namespace {

/// The five lines.
mog::Index classify(const char* path, const std::vector<std::uint8_t>& pixels) {
  mog::Runtime runtime(mog::read_model(path));
  std::vector<std::int64_t> class_sums(static_cast<std::size_t>(runtime.classes()));
  runtime.run(pixels, class_sums);
  return mog::best_class(class_sums);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::invalid_argument("usage: deployed model.mog < pixels");
    std::vector<std::uint8_t> pixels;
    for (int byte = std::getchar(); byte != EOF; byte = std::getchar()) {
      pixels.push_back(static_cast<std::uint8_t>(byte));
    }
    std::printf("class %lld\n", static_cast<long long>(classify(argv[1], pixels)));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "deployed: %s\n", error.what());
    return 1;
  }
}
