// 3x3 convolution: checks the arguments, picks the kernel, and splits the work over threads.
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/kernels/conv3x3_f32/kernels.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/kernels/scratch.hpp"
#include "core/kernels/weight_gradient_pieces.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"

namespace mog::kernels {
namespace {

/// Rows of a part of the forward pass: not too few, as each part reads two more; not too many, to share out one image.
constexpr Index kPartRows = 16;
/// Pixels of a part of the forward pass, about, where maps are small: weights are read again for each part.
constexpr Index kForwardPixels = 512;
/// Rows of a part, but the last, are a multiple of this: tiles of 2x2 pixels do not straddle parts.
constexpr Index kRowGrain = 2;
/// Pixels of a part of the weight gradient, at least: each part costs the addition of all weights.
constexpr Index kPartPixels = 512;
constexpr Index kMostParts = 16;

/// y from x and packed weights; `transposed` as in Conv3x3Kernel::pack.
void product(const Conv3x3Kernel& kernel, const Conv3x3Forward<float>& all, bool transposed) {
  const Conv3x3Sizes& sizes = all.sizes;
  const Index blocks = kernel.blocks(sizes);
  float* packed = scratch(Scratch::call, kernel.packed_size(sizes));
  parallel_for(blocks, [&](Index block) { kernel.pack(sizes, block, all.weight, transposed, packed); });

  const Index row_parts = (sizes.height + kPartRows - 1) / kPartRows;
  const Index few = std::clamp(kForwardPixels / (sizes.height * sizes.width), Index{1}, sizes.images);
  const Index image_parts = (sizes.images + few - 1) / few;
  parallel_for(image_parts * row_parts * blocks, [&](Index i) {
    const Range images = piece_of(sizes.images, image_parts, i / blocks / row_parts);
    const Range rows = piece_of(sizes.height, row_parts, i / blocks % row_parts, kRowGrain);
    kernel.forward({.sizes = sizes,
                    .image_begin = images.begin,
                    .image_end = images.end,
                    .row_begin = rows.begin,
                    .row_end = rows.end,
                    .block = i % blocks,
                    .scratch = scratch(Scratch::piece, kernel.scratch_size(sizes))},
                   all.x, packed, all.y);
  });
}

/// The same for all three: two operands are read, one of them in numbers of x_bytes, and one is written.
Work work(const Conv3x3Sizes& z, std::size_t x_bytes = sizeof(float)) {
  const auto pixels = static_cast<double>(z.images * z.height * z.width), in = static_cast<double>(z.in);
  const double out = static_cast<double>(z.out), weights = 9 * in * out / static_cast<double>(z.groups);
  return {.flops = 2 * pixels * weights,
          .bytes = static_cast<double>(x_bytes) * pixels * in + sizeof(float) * (pixels * out + weights)};
}

/// How the pixels of a weight gradient are cut: into ranges of images, and, where there are few, of rows.
struct Cut {
  Index images, rows;
};
Cut weight_gradient_cut(const Conv3x3Sizes& sizes) {
  const Index parts = std::clamp(sizes.images * sizes.height * sizes.width / kPartPixels, Index{1}, kMostParts);
  const Index images = std::min(sizes.images, parts);
  return {.images = images, .rows = std::min((sizes.height + kRowGrain - 1) / kRowGrain, parts / images)};
}

}  // namespace

void check_sizes(const char* operation, const Conv3x3Sizes& z) {
  require(z.images >= 1 && z.height >= 1 && z.width >= 1 && z.in >= 1 && z.out >= 1 && z.groups >= 1, operation,
          ": images ", z.images, ", height ", z.height, ", width ", z.width, ", in ", z.in, ", out ", z.out,
          ", groups ", z.groups, ", expected at least 1 of each");
  require(z.in % z.groups == 0 && z.out % z.groups == 0, operation, ": ", z.groups, " groups of ", z.in, " inputs and ",
          z.out, " outputs, expected a divisor of both");
}

std::span<const Conv3x3Kernel> conv3x3_kernels() {
  static const std::array table{
#ifdef MOG_HAVE_AVX512
      kConv3x3Avx512,
#endif
#ifdef MOG_HAVE_AVX2
      kConv3x3Avx2,
#endif
#ifdef MOG_HAVE_NEON64
      kConv3x3Neon64,
#endif
      kConv3x3Reference,
  };
  return table;
}

void conv3x3_forward(const Conv3x3Forward<float>& args, const Conv3x3Kernel& kernel) {
  check_sizes("conv3x3_forward", args.sizes);
  product(kernel, args, false);
}

void conv3x3_input_gradient(const Conv3x3InputGradient<float>& args, const Conv3x3Kernel& kernel) {
  check_sizes("conv3x3_input_gradient", args.sizes);
  Conv3x3Sizes back = args.sizes;
  std::swap(back.in, back.out);
  product(kernel, {.x = args.dy, .weight = args.weight, .y = args.dx, .sizes = back}, true);
}

namespace {

/// x as floats: itself, or a copy in working memory that is valid until the thread's next call.
const float* floats(const float* x, Index) { return x; }
const float* floats(const std::int16_t* x, Index count) {
  float* const copy = scratch(Scratch::operand, count);
  select(convert_kernels()).shorts_to_floats(x, count, copy);
  return copy;
}

template <class X>
void weight_gradient(const Conv3x3WeightGradient<float, X>& args, const Conv3x3Kernel& kernel) {
  const Conv3x3Sizes& sizes = args.sizes;
  check_sizes("conv3x3_weight_gradient", sizes);
  const Index blocks = kernel.blocks(sizes), size = kernel.sums_size(sizes);
  const Cut cut = weight_gradient_cut(sizes);
  const Index parts = cut.images * cut.rows;
  float* sums = scratch(Scratch::call, parts * size);
  parallel_for(parts, [&](Index part) { std::fill_n(sums + part * size, size, 0.0F); });

  // A few images at a time, for all blocks of channels while the second-level cache holds them. Where maps are small,
  // there are too few parts for the threads, and each block of channels is a piece of work of its own instead.
  const Index map = sizes.height * sizes.width, few = std::max(Index{1}, kPartPixels / map);
  const Index chunks = parts < kMostParts ? blocks : 1;
  parallel_for(parts * chunks, [&](Index i) {
    const Index part = i / chunks;
    const Range mine = piece_of(blocks, chunks, i % chunks);
    const Range images = piece_of(sizes.images, cut.images, part / cut.rows);
    const Range rows = piece_of(sizes.height, cut.rows, part % cut.rows, kRowGrain);
    for (Index image = images.begin; image < images.end; image += few) {
      const Index count = std::min(images.end, image + few) - image;
      const float* const x = floats(args.x + image * map * sizes.in, count * map * sizes.in);
      for (Index block = mine.begin; block < mine.end; ++block) {
        kernel.weight_gradient({.sizes = sizes,
                                .image_begin = 0,
                                .image_end = count,
                                .row_begin = rows.begin,
                                .row_end = rows.end,
                                .block = block,
                                .scratch = scratch(Scratch::piece, kernel.scratch_size(sizes))},
                               x, args.dy + image * map * sizes.out, sums + part * size);
      }
    }
  });

  add_parts(sums, parts, size);
  parallel_for(blocks, [&](Index block) { kernel.unpack(sizes, block, sums, args.dweight); });
}

template <class X>
void timed_weight_gradient(const Conv3x3WeightGradient<float, X>& args) {
  const Conv3x3Sizes& z = args.sizes;
  const Timed timed("conv3x3_weight_gradient", {z.height, z.in, z.out, z.groups}, work(z, sizeof(X)));
  weight_gradient(args, select(conv3x3_kernels()));
}

}  // namespace

void conv3x3_weight_gradient(const Conv3x3WeightGradient<float>& args, const Conv3x3Kernel& kernel) {
  weight_gradient(args, kernel);
}
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float, std::int16_t>& args, const Conv3x3Kernel& kernel) {
  weight_gradient(args, kernel);
}

void conv3x3_forward(const Conv3x3Forward<float>& args) {
  const Conv3x3Sizes& z = args.sizes;
  const Timed timed("conv3x3_forward", {z.height, z.in, z.out, z.groups}, work(z));
  conv3x3_forward(args, select(conv3x3_kernels()));
}
void conv3x3_input_gradient(const Conv3x3InputGradient<float>& args) {
  const Conv3x3Sizes& z = args.sizes;
  const Timed timed("conv3x3_input_gradient", {z.height, z.in, z.out, z.groups}, work(z));
  conv3x3_input_gradient(args, select(conv3x3_kernels()));
}
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float>& args) { timed_weight_gradient(args); }
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float, std::int16_t>& args) { timed_weight_gradient(args); }

}  // namespace mog::kernels
