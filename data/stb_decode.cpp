// stb_image's body, compiled with only the formats and entries that are used.
#include "data/stb_decode.hpp"

#include <cstdlib>

#include "data/image.hpp"

namespace {

/// Room for the largest picture, 4096 x 4096 pixels of four 16-bit channels: no file may ask for more at once.
constexpr std::size_t kMostMemory = std::size_t{256} << 20;

/// Zeroed: stb_image before 2.28 decodes with Huffman tables that the file need not have defined.
void* limited_malloc(std::size_t bytes) { return bytes > kMostMemory ? nullptr : std::calloc(1, bytes); }
void* limited_realloc(void* memory, std::size_t bytes) {
  return bytes > kMostMemory ? nullptr : std::realloc(memory, bytes);
}

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS 4096
#define STBI_MALLOC(bytes) limited_malloc(bytes)
#define STBI_REALLOC(memory, bytes) limited_realloc(memory, bytes)
#define STBI_FREE(memory) std::free(memory)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // memory is read through callbacks that are not used then
#endif
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace mog {

static_assert(kMaxImageSide == STBI_MAX_DIMENSIONS);

void Decoded::Free::operator()(std::uint8_t* pixels) const { stbi_image_free(pixels); }

Decoded stb_decode(std::span<const std::uint8_t> file) {
  Decoded decoded;
  int channels = 0;
  decoded.rgba.reset(
      stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &decoded.width, &decoded.height, &channels, 4));
  if (decoded.rgba == nullptr) decoded.problem = stbi_failure_reason();
  return decoded;
}

}  // namespace mog
