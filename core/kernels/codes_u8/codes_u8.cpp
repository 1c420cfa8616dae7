// Operations on bytes between the integer convolutions: the table of its kernels; checks and the split over threads.
#include "core/kernels/codes_u8/codes_u8.hpp"

#include "core/kernels/scratch.hpp"
#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const CodesU8Kernels codes_u8_avx512, codes_u8_avx2, codes_u8_neon64, codes_u8_reference;

std::span<const CodesU8Kernels> codes_u8_kernels() {
  static const CodesU8Kernels table[] = {
#ifdef MOG_HAVE_AVX512
      codes_u8_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      codes_u8_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      codes_u8_neon64,
#endif
      codes_u8_reference,
  };
  return table;
}

namespace {

/// Bytes in the smallest range worth a thread.
constexpr Index kSmallestBytes = 4 * kSmallestRange;

const CodesU8Kernels& chosen() {
  static const CodesU8Kernels& row = select(codes_u8_kernels());
  return row;
}

/// Calls work(n) for each image of `bytes` bytes.
template <class Work>
void for_images(Index images, Index bytes, const Work& work) {
  parallel_ranges(images, kSmallestBytes / bytes, 1, [&](Range range, Index) {
    for (Index n = range.begin; n < range.end; ++n) work(n);
  });
}

void check_even(const char* operation, Index rows, Index width) {
  require(rows % 2 == 0 && width % 2 == 0, operation, ": maps of ", rows, " x ", width, ", expected even sizes");
}

}  // namespace

void codes_map_sums(const MapSums& image, Index images) {
  const Index bytes = image.pixels * image.x_pixel;
  const Timed timed("codes_map_sums", {images, image.pixels, image.channels},
                    stream_work<std::uint8_t>(images * bytes, 1));
  if (!check_operands("codes_map_sums", {{"images", images}, {"pixels", image.pixels}, {"channels", image.channels}},
                      {{"x", image.x}, {"y", image.y}})) {
    return;
  }
  for_images(images, bytes, [&](Index n) {
    MapSums one = image;
    one.x += n * bytes;
    one.y += n * image.channels;
    chosen().map_sums(one);
  });
}

void codes_mux_residual(const MuxResidual& image, Index images) {
  const Index bytes = image.rows * image.width * image.channels, pooled = image.pool ? bytes / 4 : bytes;
  const Timed timed("codes_mux_residual", {images, image.rows * image.width, image.channels},
                    stream_work<std::uint8_t>(images * (2 * bytes + pooled), 1));
  if (image.pool) check_even("codes_mux_residual", image.rows, image.width);
  if (!check_operands("codes_mux_residual",
                      {{"images", images}, {"rows", image.rows}, {"width", image.width}, {"channels", image.channels}},
                      {{"x", image.x}, {"i1", image.i1}, {"select", image.select}, {"y", image.y}})) {
    return;
  }
  for_images(images, bytes, [&](Index n) {
    auto* const mask = reinterpret_cast<std::uint8_t*>(scratch(Scratch::piece, (image.channels + 3) / 4));
    for (Index c = 0; c < image.channels; ++c) mask[c] = image.select[n * image.channels + c] != 0 ? 255 : 0;
    MuxResidual one = image;
    one.x += n * bytes;
    one.i1 += n * bytes;
    one.y += n * pooled;
    one.select = mask;
    chosen().mux_residual(one);
  });
}

void codes_max_pool(const MaxPoolU8& all) {
  const Index in = 2 * all.width * all.channels, out = in / 4;  // of a pair of rows
  const Timed timed("codes_max_pool", {all.rows, all.width, all.channels},
                    stream_work<std::uint8_t>(all.rows / 2 * in, all.which == nullptr ? 1.25 : 1.5));
  check_even("codes_max_pool", all.rows, all.width);
  if (!check_operands("codes_max_pool", {{"rows", all.rows}, {"width", all.width}, {"channels", all.channels}},
                      {{"x", all.x}, {"y", all.y}})) {
    return;
  }
  parallel_ranges(all.rows / 2, kSmallestBytes / in, 1, [&](Range range, Index) {
    MaxPoolU8 part = all;
    part.x += range.begin * in;
    part.y += range.begin * out;
    if (all.which != nullptr) part.which += range.begin * out;
    part.rows = 2 * (range.end - range.begin);
    chosen().max_pool(part);
  });
}

}  // namespace mog::kernels
