// The 3x3 weight gradient with rounded gradients: checks the arguments, picks the kernel, and splits the work over
// threads.
#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"

#include <algorithm>
#include <atomic>

#include "core/error.hpp"
#include "core/kernels/conv3x3_gradient_s16/strips.hpp"
#include "core/kernels/scratch.hpp"
#include "core/kernels/weight_gradient_pieces.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog::kernels {
namespace {

/// Channels of a group are a multiple of this: of every instruction set's vectors.
constexpr Index kChannels = 16;
/// Pixels of a part, at least, and parts, at most: each costs the addition of all weights.
constexpr Index kPartPixels = 512, kMostParts = 16;

/// dw_s of all rows r from the sums at the four positions: G^T sums, the sign of the last one turned.
void unpack(const Conv3x3Sizes& z, Index group, const float* sums, float* dweight) {
  const Index I = z.in / z.groups, Q = z.out / z.groups, position = I * 3 * Q;
  const float* const m = sums + group * 4 * position;
  float* const dw = dweight + group * 9 * I * Q;
  for (Index i = 0; i < I; ++i) {
    for (Index s = 0; s < 3; ++s) {
      const float* const m0 = m + (i * 3 + s) * Q;
      const float *const m1 = m0 + position, *const m2 = m1 + position, *const m3 = m2 + position;
      const auto row = [&](Index r) { return dw + ((r * 3 + s) * I + i) * Q; };
      float *const dw0 = row(0), *const dw1 = row(1), *const dw2 = row(2);
      for (Index q = 0; q < Q; ++q) {
        const float sum = (m1[q] + m2[q]) * 0.5F;
        dw0[q] = m0[q] + sum;
        dw1[q] = (m1[q] - m2[q]) * 0.5F;
        dw2[q] = sum - m3[q];
      }
    }
  }
}

}  // namespace

// One row a file of this folder.
extern const Conv3x3GradientS16Kernel conv3x3_gradient_s16_avx512vnni, conv3x3_gradient_s16_avx512,
    conv3x3_gradient_s16_avx2, conv3x3_gradient_s16_neon64, conv3x3_gradient_s16_reference;

std::span<const Conv3x3GradientS16Kernel> conv3x3_gradient_s16_kernels() {
  static const Conv3x3GradientS16Kernel table[] = {
#ifdef MOG_HAVE_AVX512VNNI
      conv3x3_gradient_s16_avx512vnni,
#endif
#ifdef MOG_HAVE_AVX512
      conv3x3_gradient_s16_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      conv3x3_gradient_s16_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      conv3x3_gradient_s16_neon64,
#endif
      conv3x3_gradient_s16_reference,
  };
  return table;
}

bool rounds_in_blocks(const Conv3x3Sizes& sizes) {
  return sizes.groups >= 1 && sizes.in % (sizes.groups * kChannels) == 0 && sizes.out % (sizes.groups * kChannels) == 0;
}

bool conv3x3_weight_gradient(const Conv3x3GradientS16& args, const Conv3x3GradientS16Kernel& kernel) {
  const Conv3x3Sizes& z = args.sizes;
  require(z.images >= 1 && z.height >= 1 && z.width >= 1 && z.in >= 1 && z.out >= 1 && rounds_in_blocks(z),
          "conv3x3_weight_gradient: images ", z.images, ", height ", z.height, ", width ", z.width, ", in ", z.in,
          ", out ", z.out, ", groups ", z.groups, ", expected at least 1 of each, and a multiple of ", kChannels,
          " channels of a group");
  const Index size = 4 * z.in * 3 * (z.out / z.groups);
  const Index parts = std::min(z.images, std::clamp(z.images * z.height * z.width / kPartPixels, Index{1}, kMostParts));
  const Index room = gradient_scratch_size(z.in / z.groups) / 2;  // in floats
  const Index chunks = parts < kMostParts ? z.groups : 1;
  float* const sums = scratch(Scratch::call, parts * size);
  parallel_for(parts, [&](Index part) { std::fill_n(sums + part * size, size, 0.0F); });
  std::atomic<bool> fits = true;
  parallel_for(parts * chunks, [&](Index i) {
    const Range images = piece_of(z.images, parts, i / chunks), groups = piece_of(z.groups, chunks, i % chunks);
    const bool all = kernel.run({.sizes = z,
                                 .x = args.x,
                                 .dy = args.dy,
                                 .image_begin = images.begin,
                                 .image_end = images.end,
                                 .group_begin = groups.begin,
                                 .group_end = groups.end,
                                 .sums = sums + i / chunks * size,
                                 .scratch = reinterpret_cast<std::int16_t*>(scratch(Scratch::piece, room))});
    if (!all) fits = false;
  });
  if (!fits) return false;
  add_parts(sums, parts, size);
  parallel_for(z.groups, [&](Index group) { unpack(z, group, sums, args.dweight); });
  return true;
}

bool conv3x3_weight_gradient(const Conv3x3GradientS16& args) {
  const Conv3x3Sizes& z = args.sizes;
  const auto pixels = static_cast<double>(z.images * z.height * z.width);
  const auto in = static_cast<double>(z.in), out = static_cast<double>(z.out);
  const double weights = 9 * in * out / static_cast<double>(z.groups);
  const Timed timed("conv3x3_gradient_s16", {z.height, z.in, z.out, z.groups},
                    {.flops = 2 * pixels * weights, .bytes = 2 * pixels * in + 4 * (pixels * out + weights)});
  return conv3x3_weight_gradient(args, select(conv3x3_gradient_s16_kernels()));
}

}  // namespace mog::kernels
