// stb_image's body, compiled with only the formats and entries that are used.
#include "data/stb_decode.hpp"

#include <cstdlib>

#include "data/image.hpp"

namespace {

/// Room for the largest picture of four 16-bit channels with a filter byte a row, and twice that, as stb_image doubles
/// a buffer that is too small: no file may make it allocate more at once.
constexpr std::size_t kMostMemory = 2 * (std::size_t{8} * mog::kMaxPicturePixels + mog::kMaxPictureSide);

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
#define STBI_MAX_DIMENSIONS 65535
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
namespace {

/// Apple's PNGs (CgBI): blue and red change places, and alpha is divided out. A setting of the
/// whole program, made once.
void set_up() {
  static const bool done = [] {
    stbi_convert_iphone_png_to_rgb(1);
    stbi_set_unpremultiply_on_load(1);
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

static_assert(kMaxPictureSide == STBI_MAX_DIMENSIONS);

void Decoded::Free::operator()(std::uint8_t* memory) const { stbi_image_free(memory); }

Decoded stb_decode(std::span<const std::uint8_t> file, int channels) {
  set_up();
  Decoded decoded;
  int stored = 0;
  decoded.pixels.reset(stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &decoded.width,
                                             &decoded.height, &stored, channels));
  if (decoded.pixels == nullptr) decoded.problem = stbi_failure_reason();
  return decoded;
}

Inflated stb_inflate(std::span<const std::uint8_t> stream, std::size_t at_most, bool zlib) {
  Inflated result;
  result.bytes.resize(at_most);
  char* const out = reinterpret_cast<char*>(result.bytes.data());
  stbi__zbuf state{};
  state.zbuffer = const_cast<stbi_uc*>(stream.data());  // which it only reads
  state.zbuffer_end = state.zbuffer + stream.size();
  if (stbi__do_zlib(&state, out, static_cast<int>(at_most), 0, zlib ? 1 : 0) == 0) {
    const char* const why = stbi_failure_reason();
    result.problem = why == nullptr ? "bad block" : why;
    result.bytes.clear();
    return result;
  }
  result.bytes.resize(static_cast<std::size_t>(state.zout - out));
  // It reads up to four bytes ahead.
  result.used = static_cast<std::size_t>(state.zbuffer - stream.data()) - static_cast<std::size_t>(state.num_bits / 8);
  return result;
}

}  // namespace mog
