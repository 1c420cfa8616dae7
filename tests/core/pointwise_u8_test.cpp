// Pointwise convolution of unsigned numbers: every instruction set gives the reference's bits, and
// the reference the sums.
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

#include <algorithm>

#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// One convolution with random operands.
struct Case {
  PointwiseU8Shape shape;
  Index pixels, width, x_plane, x_gap, y_gap;
  RandomIntegers<std::uint8_t> x;
  RandomIntegers<std::int8_t> w;
  RandomIntegers<std::int32_t> bias;
  RandomIntegers<std::int32_t> levels;

  Case(PointwiseU8Shape s, Index number, std::int64_t largest, std::int64_t spread, bool dense = true)
      : shape(s),
        pixels(number),
        width(dense ? number : 3),
        x_plane((s.in + 3) / 4 * 4),
        x_gap(dense ? 0 : 8),
        y_gap(dense ? 0 : 5),
        x(number * (s.planes * x_plane + x_gap), 1, 0, largest),
        w(s.in * s.out, 2, -1, 1),
        bias(s.out, 3, -100, 100),
        levels(s.out * s.levels, 4, -spread, spread) {
    for (Index o = 0; o < s.out && s.levels > 0; ++o) {
      std::sort(levels.data() + o * s.levels, levels.data() + (o + 1) * s.levels);
    }
  }

  [[nodiscard]] PixelLayout layout() const {
    return {.width = width, .pixel = shape.out + y_gap, .row = width * (shape.out + y_gap) + 2 * y_gap};
  }

  template <class T>
  [[nodiscard]] std::vector<T> run(const PointwiseU8Kernel& row) const {
    GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
    row.pack({.shape = shape, .w = w.data(), .bias = bias.data(), .levels = levels.data()}, packed.data());
    const Index last = (pixels - 1) / width * layout().row + (pixels - 1) % width * layout().pixel;
    GuardedBuffer<T> y(last + shape.out);
    std::fill(y.begin(), y.end(), T{99});
    row.run({.x = x.data(),
             .packed = packed.data(),
             .y = y.data(),
             .pixels = pixels,
             .x_pixel = shape.planes * x_plane + x_gap,
             .x_plane = x_plane,
             .y_layout = layout(),
             .shape = shape});
    return {y.begin(), y.end()};
  }

  template <class T>
  void check(const PointwiseU8Kernel& row) const {
    CAPTURE(shape.in);
    CAPTURE(shape.out);
    CAPTURE(shape.planes);
    CAPTURE(shape.levels);
    CAPTURE(pixels);
    check_equal(run<T>(row), run<T>(pointwise_u8_kernels().back()));
  }
};

}  // namespace

TEST_CASE("every row adds codes to 16 bits as the reference does, for any sizes, and writes nothing between pixels") {
  for_rows(pointwise_u8_kernels(), [](const auto& row) {
    for (const Index in : {1, 2, 3, 4, 5, 28, 64, 255, 256, 257, 1031}) {
      for (const Index out : {1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 128, 200}) {
        Case({.in = in, .out = out, .planes = 1, .levels = 0}, 5, 7, 0).check<std::int16_t>(row);
      }
    }
    for (const Index pixels : {1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 23}) {
      for (const Index out : {3, 8, 15, 16, 17, 32, 40, 64, 81}) {  // 1, 2 and 4 vectors, and more
        Case({.in = 20, .out = out, .planes = 1, .levels = 0}, pixels, 255, 0, false).check<std::int16_t>(row);
      }
    }
  });
}

TEST_CASE("every row counts levels as the reference does, narrow and wide, for one to four planes") {
  for_rows(pointwise_u8_kernels(), [](const auto& row) {
    for (const Index planes : {1, 2, 3}) {
      for (const Index levels : {1, 2, 3, 7, 15, 255}) {
        for (const std::int64_t spread : {20, 3000, 32766, 1 << 20, 1 << 29}) {
          CAPTURE(spread);
          for (const Index out : {3, 16, 63, 64, 130}) {
            Case({.in = 33, .out = out, .planes = planes, .levels = levels}, 6, 255, spread).check<std::uint8_t>(row);
          }
        }
      }
    }
    for (const Index pixels : {1, 2, 3, 5, 8, 12, 13, 23}) {
      for (const Index out : {1, 8, 15, 16, 17, 32, 33, 81}) {
        for (const std::int64_t spread : {3000, 1 << 29}) {
          Case({.in = 20, .out = out, .planes = 2, .levels = 7}, pixels, 255, spread, false).check<std::uint8_t>(row);
        }
      }
    }
    Case({.in = 512, .out = 70, .planes = 2, .levels = 7}, 7, 255, 30000, false).check<std::uint8_t>(row);
    Case({.in = 6, .out = 70, .planes = 4, .levels = 7}, 7, 7, 30000).check<std::uint8_t>(row);
  });
}

TEST_CASE("sums at the very ends of 16 bits, and levels that every sum or none reaches, give the right codes") {
  // One input of two bytes times 1: the sum is the number itself.
  for_rows(pointwise_u8_kernels(), [](const auto& row) {
    const PointwiseU8Shape shape{.in = 1, .out = 1, .planes = 2, .levels = 3};
    constexpr std::int32_t kAlways = std::numeric_limits<std::int32_t>::min();
    const std::int8_t w[] = {1};
    for (const auto& levels : {std::array<std::int32_t, 3>{0, 32767, 65534},
                               {1, 32768, 65535},
                               {kAlways, 0, 65534},
                               {kAlways, kAlways, 300},
                               {kAlways, kAlways, kAlways},
                               {0, 0, 65536},
                               {7, 7, 7}}) {
      GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
      row.pack({.shape = shape, .w = w, .bias = nullptr, .levels = levels.data()}, packed.data());
      for (const int number : {0, 1, 2, 6, 7, 8, 299, 300, 32766, 32767, 32768, 65533, 65534, 65535}) {
        const std::uint8_t x[8] = {static_cast<std::uint8_t>(number / 256), 0, 0, 0,
                                   static_cast<std::uint8_t>(number % 256)};
        std::uint8_t code = 99;
        row.run({.x = x,
                 .packed = packed.data(),
                 .y = &code,
                 .pixels = 1,
                 .x_pixel = 8,
                 .x_plane = 4,
                 .y_layout = {.width = 1, .pixel = 1, .row = 1},
                 .shape = shape});
        CAPTURE(number);
        CAPTURE(levels[2]);
        CHECK(code == std::count_if(levels.begin(), levels.end(), [&](int level) { return number >= level; }));
      }
    }
  });
}

TEST_CASE("the reference adds what the formula says") {
  const PointwiseU8Shape shape{.in = 3, .out = 2, .planes = 2, .levels = 0};
  const std::int8_t w[] = {1, -1, 0, 1, -1, 1};
  const std::int32_t bias[] = {-1000, 5};
  const std::uint8_t x[] = {1, 2, 3, 0, 10, 20, 30, 0};  // 266, 532, 798
  std::int16_t y[2];
  const PointwiseU8Kernel& row = pointwise_u8_kernels().back();
  GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
  row.pack({.shape = shape, .w = w, .bias = bias, .levels = nullptr}, packed.data());
  row.run({.x = x,
           .packed = packed.data(),
           .y = y,
           .pixels = 1,
           .x_pixel = 8,
           .x_plane = 4,
           .y_layout = {.width = 1, .pixel = 2, .row = 2},
           .shape = shape});
  CHECK(y[0] == 266 - 798 - 1000);
  CHECK(y[1] == -266 + 532 + 798 + 5);
}
