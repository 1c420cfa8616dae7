// Pointwise convolution of codes of one bit: every instruction set gives the reference's bits, and
// the reference the sums.
#include "core/kernels/pointwise_u1/pointwise_u1.hpp"

#include <algorithm>

#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// One convolution with random operands; x ends with the last code, y and the weights where they end.
struct Case {
  PointwiseU1Shape shape;
  Index pixels, x_pixel;
  PixelLayout layout;
  RandomIntegers<std::uint8_t> x;
  RandomIntegers<std::int8_t> w;

  Case(PointwiseU1Shape s, Index number, bool dense = true)
      : shape(s),
        pixels(number),
        x_pixel(s.in + (dense ? 0 : 3)),
        layout{.width = dense ? number : 3, .pixel = s.out + (dense ? 0 : 5), .row = 3 * (s.out + 5) + 10},
        x((number - 1) * x_pixel + s.in, 1, 0, 1),
        w(s.in * s.out, 2, 0, 1) {
    for (auto& sign : w) sign = static_cast<std::int8_t>(2 * sign - 1);
  }

  [[nodiscard]] std::vector<std::int16_t> run(const PointwiseU1Kernel& row) const {
    GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
    row.pack({.shape = shape, .w = w.data()}, packed.data());
    const Index last = (pixels - 1) / layout.width * layout.row + (pixels - 1) % layout.width * layout.pixel;
    GuardedBuffer<std::int16_t> y(last + shape.out);
    std::fill(y.begin(), y.end(), std::int16_t{9999});
    row.run({.x = x.data(),
             .packed = packed.data(),
             .y = y.data(),
             .pixels = pixels,
             .x_pixel = x_pixel,
             .y_layout = layout,
             .shape = shape});
    return {y.begin(), y.end()};
  }

  void check(const PointwiseU1Kernel& row) const {
    CAPTURE(shape.in);
    CAPTURE(shape.out);
    CAPTURE(pixels);
    check_equal(run(row), run(pointwise_u1_kernels().back()));
  }
};

}  // namespace

TEST_CASE("every row adds as the reference does, for any sizes") {
  for_rows(pointwise_u1_kernels(), [](const auto& row) {
    for (const Index in : {1, 2, 3, 4, 5, 8, 28, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 1031}) {
      for (const Index out : {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 256}) {
        Case({.in = in, .out = out}, 5).check(row);
      }
    }
  });
}

TEST_CASE("and for any number of pixels, within a map's border too, where it writes nothing between pixels") {
  for_rows(pointwise_u1_kernels(), [](const auto& row) {
    for (const Index pixels : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64}) {
      for (const Index out : {20, 64, 160}) {
        Case({.in = 150, .out = out}, pixels).check(row);
        Case({.in = 150, .out = out}, pixels, false).check(row);
      }
    }
  });
}

TEST_CASE("sums reach their ends: all codes 1, and all weights alike") {
  for_rows(pointwise_u1_kernels(), [](const auto& row) {
    for (const int sign : {1, -1}) {
      for (const int code : {0, 1}) {
        for (const Index in : {64, 127, 128, 252, 256, 4096}) {
          Case ends({.in = in, .out = 130}, 9);
          std::fill(ends.x.begin(), ends.x.end(), static_cast<std::uint8_t>(code));
          std::fill(ends.w.begin(), ends.w.end(), static_cast<std::int8_t>(sign));
          CAPTURE(in);
          for (const std::int16_t sum : ends.run(row)) REQUIRE(sum == sign * code * in);
        }
      }
    }
  });
}

TEST_CASE("the reference adds what the formula says") {
  const std::int8_t w[] = {1, -1, -1, 1, -1, 1};
  const std::uint8_t x[] = {1, 0, 1, 0, 1, 0};
  std::int16_t y[4];
  const PointwiseU1Kernel& row = pointwise_u1_kernels().back();
  const PointwiseU1Shape shape{.in = 3, .out = 2};
  GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
  row.pack({.shape = shape, .w = w}, packed.data());
  row.run({.x = x,
           .packed = packed.data(),
           .y = y,
           .pixels = 2,
           .x_pixel = 3,
           .y_layout = {.width = 2, .pixel = 2, .row = 4},
           .shape = shape});
  CHECK(y[0] == 1 - 1);
  CHECK(y[1] == -1 + 1);
  CHECK(y[2] == -1);
  CHECK(y[3] == 1);
}
