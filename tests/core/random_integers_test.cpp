// Integer kernels on random shapes and placements: every row of every table gives the reference's bits, and touches
// nothing else. MOG_SHAPES=10000 is the nightly form.
#include <algorithm>

#include "core/error.hpp"
#include "core/kernels/cflog_codes/cflog_codes.hpp"
#include "core/kernels/codes_u8/codes_u8.hpp"
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"
#include "core/kernels/pointwise_u1/pointwise_u1.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"
#include "tests/support/integers.hpp"
#include "tests/support/random_shapes.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

using Floats = Placed<float>;
using Bytes = Placed<std::uint8_t>;
using Words = Placed<std::int32_t>;
using Weights = Placed<std::int8_t>;

/// Fills numbers low..high.
auto within(std::int64_t low, std::int64_t high) {
  return [low, span = static_cast<std::uint64_t>(high - low) + 1](Random& draw) {
    return low + std::int64_t{draw.below(span)};
  };
}
const auto byte = within(0, 255);
const auto ternary = within(-1, 1);
/// Cubes: a few large ones among many small ones.
const auto real = [](Random& draw) {
  const float root = draw.uniform(-1, 1);
  return root * root * root;
};
const auto sign = [](Random& draw) { return draw.below(2) == 0 ? -1 : 1; };

/// Gives row and reference the same operands, each packed in its own way, and runs them into a place of their own.
template <class T, class Kernel, class Weight, class Run>
void both(const Kernel& row, const Kernel& reference, const Weight& weights, Results<T>& y, const Run& run) {
  const auto one = [&](const Kernel& kernel, T* out) {
    GuardedBuffer<std::byte> packed = packed_buffer(kernel.packed_size(weights.shape));
    kernel.pack(weights, packed.data());
    run(kernel, packed.data(), out);
  };
  one(row, y.got.data());
  one(reference, y.expected.data());
  y.check();
}

/// Fills x with numbers below 256^planes, so small that no sum of `in` of them leaves `most`: the highest byte first,
/// each byte in a plane of its own.
void fill_planes(Random& draw, Bytes& x, const PointwiseU8& at, Index most) {
  const Index largest = std::min((Index{1} << (8 * at.shape.planes)) - 1, most / at.shape.in);
  for (Index p = 0; p < at.pixels; ++p) {
    for (Index c = 0; c < at.shape.in; ++c) {
      Index number = draw.below(static_cast<std::uint64_t>(largest) + 1);
      for (Index plane = at.shape.planes - 1; plane >= 0; --plane, number /= 256) {
        x[p * at.x_pixel + plane * at.x_plane + c] = static_cast<std::uint8_t>(number % 256);
      }
    }
  }
}

}  // namespace

TEST_CASE("pointwise sums of 16 bits, and codes by levels") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 100'000;
    PointwiseU8Shape shape{.in = draw_size(draw, 300), .out = draw_size(draw, 200), .planes = 1, .levels = 0};
    const bool levels = draw.below(2) == 0;
    shape.planes = 1 + draw.below(levels ? 4 : 2);
    if (levels) shape.levels = draw_size(draw, draw.below(8) == 0 ? 255 : 15);
    const Index pixels =
        std::clamp<Index>(kMostProducts / (shape.in * shape.out * shape.planes), 1, draw_size(draw, 90));
    INFO(concat("in ", shape.in, ", out ", shape.out, ", planes ", shape.planes, ", levels ", shape.levels, ", pixels ",
                pixels));
    PointwiseU8 args{.x = nullptr,
                     .packed = nullptr,
                     .y = {},
                     .pixels = pixels,
                     .x_pixel = 0,
                     .x_plane = 0,
                     .y_layout = {},
                     .shape = shape};
    args.x_plane = (shape.in + 3) / 4 * 4 + 4 * draw.below(3);
    args.x_pixel = shape.planes * args.x_plane + draw.below(9);
    args.y_layout.width = 1 + draw.below(static_cast<std::uint64_t>(pixels));
    args.y_layout.pixel = shape.out + draw.below(6);
    args.y_layout.row = args.y_layout.width * args.y_layout.pixel + draw.below(9);
    const Index last = pixels - 1, width = args.y_layout.width;
    const Index size = last / width * args.y_layout.row + last % width * args.y_layout.pixel + shape.out;

    constexpr Index kMostBias = 500;
    Bytes x(draw, last * args.x_pixel + shape.planes * args.x_plane, byte);
    fill_planes(draw, x, args, (levels ? Index{1} << 30 : Index{1} << 15) - kMostBias - 1);
    args.x = x.data();
    const Weights w(draw, shape.in * shape.out, ternary);
    const Words bias(draw, shape.out, within(-kMostBias, kMostBias));
    const Index spread = (Index{1} << draw.below(30));
    Words level(draw, shape.out * shape.levels, within(-spread, spread));
    for (Index o = 0; o < shape.out; ++o) {
      std::sort(level.data() + o * shape.levels, level.data() + (o + 1) * shape.levels);
    }
    const PointwiseU8Weights weights{shape, w.data(), draw.below(4) == 0 ? nullptr : bias.data(), level.data()};
    const auto run = [&args](const PointwiseU8Kernel& kernel, const std::byte* packed, auto* y) {
      PointwiseU8 with = args;
      with.packed = packed;
      with.y = y;
      kernel.run(with);
    };
    for_rows(pointwise_u8_kernels(), [&](const PointwiseU8Kernel& row) {
      const PointwiseU8Kernel& reference = pointwise_u8_kernels().back();
      if (levels) {
        Results<std::uint8_t> codes(draw, size);
        both(row, reference, weights, codes, run);
      } else {
        Results<std::int16_t> sums(draw, size);
        both(row, reference, weights, sums, run);
      }
    });
  });
}

TEST_CASE("pointwise sums of codes of one bit") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 200'000;
    const PointwiseU1Shape shape{.in = draw_size(draw, 700), .out = draw_size(draw, 300)};
    const Index pixels = std::clamp<Index>(kMostProducts / (shape.in * shape.out), 1, draw_size(draw, 90));
    INFO(concat("in ", shape.in, ", out ", shape.out, ", pixels ", pixels));
    PointwiseU1 args{.x = nullptr,
                     .packed = nullptr,
                     .y = nullptr,
                     .pixels = pixels,
                     .x_pixel = shape.in + draw.below(9),
                     .y_layout = {},
                     .shape = shape};
    args.y_layout.width = 1 + draw.below(static_cast<std::uint64_t>(pixels));
    args.y_layout.pixel = shape.out + draw.below(6);
    args.y_layout.row = args.y_layout.width * args.y_layout.pixel + draw.below(9);
    const Index last = pixels - 1, width = args.y_layout.width;
    const Index size = last / width * args.y_layout.row + last % width * args.y_layout.pixel + shape.out;
    const Bytes x(draw, last * args.x_pixel + shape.in, within(0, 1));
    args.x = x.data();
    const Weights w(draw, shape.in * shape.out, sign);
    for_rows(pointwise_u1_kernels(), [&](const PointwiseU1Kernel& row) {
      Results<std::int16_t> sums(draw, size);
      both(row, pointwise_u1_kernels().back(), PointwiseU1Weights{shape, w.data()}, sums,
           [&args](const PointwiseU1Kernel& kernel, const std::byte* packed, std::int16_t* y) {
             PointwiseU1 with = args;
             with.packed = packed;
             with.y = y;
             kernel.run(with);
           });
    });
  });
}

TEST_CASE("weight gradients of codes in blocks") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 300'000;
    const Index in = draw_size(draw, 300), out = draw_size(draw, 200);
    const Index rows = std::clamp<Index>(kMostProducts / (in * out), 1, draw_size(draw, 1000));
    INFO(concat("rows ", rows, ", in ", in, ", out ", out));
    const Bytes x(draw, rows * in, byte);
    const Floats dy(draw, rows * out, real);
    for_rows(pointwise_gradient_s16_kernels(), [&](const PointwiseGradientS16Kernel& row) {
      Results<float> dw(draw, in * out);
      pointwise_weight_gradient({x.data(), dy.data(), dw.got.data(), rows, in, out}, row);
      pointwise_weight_gradient({x.data(), dy.data(), dw.expected.data(), rows, in, out},
                                pointwise_gradient_s16_kernels().back());
      dw.check();
    });
  });
}

TEST_CASE("3x3 weight gradients of 16-bit numbers in blocks") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 300'000;
    Conv3x3Sizes z{.images = 1, .height = 1, .width = 1, .in = 16, .out = 16, .groups = 1 + draw.below(3)};
    z.in *= z.groups * (1 + draw.below(3));
    z.out *= z.groups * (1 + draw.below(5));
    const Index products = 9 * z.in * (z.out / z.groups);
    z.width = std::clamp<Index>(kMostProducts / products, 1, draw_size(draw, 150));
    z.height = std::clamp<Index>(kMostProducts / (products * z.width), 1, draw_size(draw, 20));
    z.images = std::clamp<Index>(kMostProducts / (products * z.width * z.height), 1, 5);
    const Index most = 1 + draw.below(kLargestInput), pixels = z.images * z.height * z.width;
    INFO(concat("images ", z.images, ", map ", z.height, "x", z.width, ", in ", z.in, ", out ", z.out, ", groups ",
                z.groups, ", |x| <= ", most));
    const Placed<std::int16_t> x(draw, pixels * z.in, within(-most, most));
    const Floats dy(draw, pixels * z.out, real);
    for_rows(conv3x3_gradient_s16_kernels(), [&](const Conv3x3GradientS16Kernel& row) {
      Results<float> dw(draw, products);
      CHECK(conv3x3_weight_gradient(Conv3x3GradientS16{x.data(), dy.data(), dw.got.data(), z}, row));
      CHECK(conv3x3_weight_gradient(Conv3x3GradientS16{x.data(), dy.data(), dw.expected.data(), z},
                                    conv3x3_gradient_s16_kernels().back()));
      dw.check();
    });
  });
}

TEST_CASE("3x3 convolutions of 16-bit numbers, to bytes in planes and to floats") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 200'000;
    Conv3x3S16Shape shape{};
    shape.groups = 1 + draw.below(7);
    shape.inputs = draw_size(draw, 40);
    shape.outputs = draw_size(draw, 70);
    if (draw.below(4) == 0) {  // small groups that may fill vectors
      shape.groups = 4 * (1 + draw.below(4));
      shape.inputs = shape.outputs = Index{2} << draw.below(3);
    }
    const Index planes = draw.below(5);  // none: floats
    shape.planes = std::max<Index>(planes, 1);
    shape.largest = draw.below(2) == 0 ? 32767 : 1 + draw.below(8191);
    const Index in = shape.groups * shape.inputs, out = shape.groups * shape.outputs, weights = 9 * in * shape.outputs;
    const Index width = draw_size(draw, 20), height = std::clamp<Index>(kMostProducts / (weights * width), 1, 7);
    INFO(concat("groups ", shape.groups, ", inputs ", shape.inputs, ", outputs ", shape.outputs, ", planes ",
                shape.planes, ", |x| <= ", shape.largest, ", map ", height, "x", width));
    const Index x_pixel = in + draw.below(6), x_row = (width + 2) * x_pixel + draw.below(6);
    const Placed<std::int16_t> x(draw, (height + 1) * x_row + (width + 1) * x_pixel + in + 1,
                                 within(-shape.largest, shape.largest));
    const Weights w(draw, weights, ternary);
    const Words bias(draw, out, within(0, 1 << 20));
    const Index y_plane = out + draw.below(4), y_pixel = shape.planes * y_plane + draw.below(4),
                pixels = height * width;
    for_rows(conv3x3_s16_kernels(), [&](const Conv3x3S16Kernel& row) {
      const Conv3x3S16Kernel& reference = conv3x3_s16_kernels().back();
      const Conv3x3S16Weights operands{shape, w.data(), bias.data()};
      if (planes == 0) {
        Results<float> y(draw, pixels * out);
        both(row, reference, operands, y, [&](const Conv3x3S16Kernel& kernel, const std::byte* packed, float* to) {
          kernel.run({x.data(), packed, to, height, width, x_pixel, x_row, out, 0, shape});
        });
      } else {
        Results<std::uint8_t> y(draw, (pixels - 1) * y_pixel + (shape.planes - 1) * y_plane + out);
        both(row, reference, operands, y,
             [&](const Conv3x3S16Kernel& kernel, const std::byte* packed, std::uint8_t* to) {
               kernel.run({x.data(), packed, to, height, width, x_pixel, x_row, y_pixel, y_plane, shape});
             });
      }
    });
  });
}

TEST_CASE("patches of pixels, sums of maps, ends of residual blocks and pooling, on bytes") {
  for_random_shapes([](Random& draw) {
    const Index channels = draw_size(draw, 140), few = draw_size(draw, 9);
    const Index height = draw_size(draw, 9), width = draw_size(draw, 12), pixels = height * width;
    const Index first = draw.below(static_cast<std::uint64_t>(height));
    const Index taken = 1 + draw.below(static_cast<std::uint64_t>(height - first));
    const Index y_pixel = 9 * few + draw.below(5), x_pixel = channels + draw.below(9);
    const Index rows = 2 * (1 + draw.below(3)), even = 2 * (1 + draw.below(5)), count = rows * even * channels;
    const bool one_bit = draw.below(2) == 0, pool = draw.below(2) == 0;
    INFO(concat("channels ", channels, " and ", few, ", map ", height, "x", width, ", rows ", first, "+", taken,
                ", even map ", rows, "x", even, one_bit ? ", one bit" : "", pool ? ", pooled" : ""));
    const auto code = within(0, one_bit ? 1 : 255);
    const Bytes picture(draw, pixels * few, byte), map(draw, (pixels - 1) * x_pixel + channels, byte);
    const Bytes x(draw, count, code), i1(draw, count, code);
    const Bytes select(draw, channels, [](Random& r) { return 255 * r.below(2); });
    const auto border = static_cast<std::uint8_t>(draw.below(256));
    for_rows(codes_u8_kernels(), [&](const CodesU8Kernels& row) {
      Results<std::uint8_t> patches(draw, taken * width * y_pixel), end(draw, pool ? count / 4 : count),
          most(draw, count / 4);
      Results<std::int32_t> sums(draw, channels);
      const auto run = [&](const CodesU8Kernels& k, std::uint8_t* p, std::int32_t* s, std::uint8_t* e,
                           std::uint8_t* m) {
        k.patches({picture.data(), p, height, width, few, y_pixel, first, taken, border});
        k.map_sums({map.data(), s, pixels, channels, x_pixel});
        k.mux_residual({x.data(), i1.data(), select.data(), e, rows, even, channels, one_bit, pool});
        k.max_pool({x.data(), m, rows, even, channels});
      };
      run(row, patches.got.data(), sums.got.data(), end.got.data(), most.got.data());
      run(codes_u8_kernels().back(), patches.expected.data(), sums.expected.data(), end.expected.data(),
          most.expected.data());
      patches.check(), sums.check(), end.check(), most.check();
    });
  });
}

TEST_CASE("conversions of small integers to floats") {
  for_random_shapes([](Random& draw) {
    const Index count = draw_size(draw, 5000);
    INFO(concat("count ", count));
    const Bytes bytes(draw, count, byte);
    const Placed<std::int16_t> shorts(draw, count, within(-32768, 32767));
    for_rows(convert_kernels(), [&](const ConvertKernels& row) {
      Results<float> from_bytes(draw, count), from_shorts(draw, count);
      const auto run = [&](const ConvertKernels& k, float* b, float* s) {
        k.bytes_to_floats(bytes.data(), count, b);
        k.shorts_to_floats(shorts.data(), count, s);
      };
      run(row, from_bytes.got.data(), from_shorts.got.data());
      run(convert_kernels().back(), from_bytes.expected.data(), from_shorts.expected.data());
      from_bytes.check(), from_shorts.check();
    });
  });
}

TEST_CASE("CFLOG on codes is the float kernels' sums") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 200'000;
    const Index groups = 1 + draw.below(5), inputs = draw_size(draw, 32), latents = groups * inputs;
    const Index in = draw_size(draw, 300), out = draw_size(draw, 140);
    const Index images = 1 + draw.below(2), width = draw_size(draw, 9);
    const Index products = images * width * latents * (in + 9 * inputs + out);
    const Index height = std::clamp<Index>(kMostProducts / products, 1, 9), pixels = images * height * width;
    INFO(concat("images ", images, ", map ", height, "x", width, ", in ", in, ", latents ", latents, ", groups ",
                groups, ", out ", out));
    const auto code = within(0, std::min<Index>(255, 32767 / in));
    const Bytes x(draw, pixels * in, code);
    Floats floats(draw, pixels * in);
    std::copy(x.begin(), x.end(), floats.begin());
    const Floats squeeze(draw, in * latents, sign), group(draw, 9 * latents * inputs, ternary),
        expand(draw, latents * out, sign);
    Results<float> y(draw, pixels * out);
    Results<std::int16_t> latent(draw, pixels * latents);
    Floats squeezed(draw, pixels * latents), grouped(draw, pixels * latents);
    const bool wanted = draw.below(2) == 0;
    CHECK(cflog_codes({.x = x.data(),
                       .squeeze = squeeze.data(),
                       .group = group.data(),
                       .expand = expand.data(),
                       .y = y.got.data(),
                       .shorts = nullptr,
                       .latent = wanted ? latent.got.data() : nullptr,
                       .mean = nullptr,
                       .variance = nullptr,
                       .images = images,
                       .height = height,
                       .width = width,
                       .in = in,
                       .latents = latents,
                       .groups = groups,
                       .out = out}));
    const PointwiseKernel& pointwise = pointwise_kernels().back();
    pointwise_forward({floats.data(), squeeze.data(), squeezed.data(), pixels, in, latents}, pointwise);
    conv3x3_forward(
        {squeezed.data(),
         group.data(),
         grouped.data(),
         {.images = images, .height = height, .width = width, .in = latents, .out = latents, .groups = groups}},
        conv3x3_kernels().back());
    pointwise_forward({grouped.data(), expand.data(), y.expected.data(), pixels, latents, out}, pointwise);
    y.check();
    std::copy(squeezed.begin(), squeezed.end(), latent.expected.begin());
    if (wanted) latent.check();
  });
}
