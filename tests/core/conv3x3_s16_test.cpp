// 3x3 convolution of 16-bit numbers: every instruction set gives the reference's bits, and the reference the sums.
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"

#include <algorithm>
#include <cstdlib>

#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// One convolution with random operands.
struct Case {
  Conv3x3S16Shape shape;
  Index height, width, in, out, x_pixel, x_row;
  RandomIntegers<std::int16_t> x;
  RandomIntegers<std::int8_t> w;
  RandomIntegers<std::int32_t> bias;

  Case(Conv3x3S16Shape s, Index h, Index wide, std::int64_t largest = 32767, Index gap = 0)
      : shape(s),
        height(h),
        width(wide),
        in(s.groups * s.inputs),
        out(s.groups * s.outputs),
        x_pixel(in + gap),
        x_row((wide + 2) * x_pixel + gap),
        x((h + 2) * x_row + 1, 1, -largest, largest),
        w(s.groups * 9 * s.inputs * s.outputs, 2, -1, 1),
        bias(out, 3, 0, 1 << 20) {}

  [[nodiscard]] std::vector<std::uint8_t> run(const Conv3x3S16Kernel& row) const {
    GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
    row.pack({.shape = shape, .w = w.data(), .bias = bias.data()}, packed.data());
    const Index y_plane = out + 1, y_pixel = shape.planes * y_plane + 3;
    GuardedBuffer<std::uint8_t> y((height * width - 1) * y_pixel + (shape.planes - 1) * y_plane + out);
    std::fill(y.begin(), y.end(), std::uint8_t{99});
    row.run({.x = x.data(),
             .packed = packed.data(),
             .y = y.data(),
             .height = height,
             .width = width,
             .x_pixel = x_pixel,
             .x_row = x_row,
             .y_pixel = y_pixel,
             .y_plane = y_plane,
             .shape = shape});
    return {y.begin(), y.end()};
  }

  /// Sums of another type, without gaps.
  template <class T>
  void run_into(const Conv3x3S16Kernel& row, GuardedBuffer<T>& y) const {
    GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
    row.pack({.shape = shape, .w = w.data(), .bias = bias.data()}, packed.data());
    row.run({.x = x.data(),
             .packed = packed.data(),
             .y = y.data(),
             .height = height,
             .width = width,
             .x_pixel = x_pixel,
             .x_row = x_row,
             .y_pixel = out,
             .y_plane = 0,
             .shape = shape});
  }
};

}  // namespace

TEST_CASE("every row convolves as the reference does, for any groups, maps and planes, and writes nothing between") {
  for_rows(conv3x3_s16_kernels(), [](const auto& row) {
    const auto check = [&row](const Case& c) {
      CAPTURE(c.shape.groups);
      CAPTURE(c.shape.inputs);
      CAPTURE(c.shape.outputs);
      CAPTURE(c.shape.planes);
      CAPTURE(c.height);
      CAPTURE(c.width);
      check_equal(c.run(row), c.run(conv3x3_s16_kernels().back()));
    };
    for (const Index groups : {1, 2, 3, 4, 6, 8}) {
      for (const Index inputs : {1, 2, 3, 4, 5, 8, 16}) {
        for (const Index outputs : {1, 2, 4, 5, 7, 8, 9, 16, 17}) {
          check(Case({.groups = groups, .inputs = inputs, .outputs = outputs, .planes = 2}, 3, 5));
        }
      }
    }
    for (const Index planes : {1, 2, 3, 4}) {
      for (const Index width : {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 37}) {
        check(Case({.groups = 2, .inputs = 4, .outputs = 33, .planes = planes}, 2, width, 3000, 5));
      }
    }
    for (const Index channels : {2, 4, 8}) {  // in and out of a group: spread where they fill vectors
      for (const Index groups : {4, 8, 12, 16}) {
        for (const Index width : {1, 3, 4, 7, 8, 13, 16, 17, 37}) {
          const Conv3x3S16Shape shape{.groups = groups, .inputs = channels, .outputs = channels, .planes = 3};
          check(Case(shape, 3, width, 32767, width % 2));
        }
      }
    }
    check(Case({.groups = 4, .inputs = 64, .outputs = 64, .planes = 3}, 4, 4, 3584));
    check(Case({.groups = 4, .inputs = 16, .outputs = 16, .planes = 2}, 8, 32, 896));
  });
}

TEST_CASE(
    "small numbers in large groups, by fewer multiplications, give the reference's bits at every odd and even size") {
  for_rows(conv3x3_s16_kernels(), [](const auto& row) {
    const auto check = [&row](const Conv3x3S16Shape& shape, Index height, Index width, std::int64_t drawn, Index gap) {
      const Case c(shape, height, width, drawn, gap);
      CAPTURE(shape.groups);
      CAPTURE(shape.inputs);
      CAPTURE(shape.outputs);
      CAPTURE(height);
      CAPTURE(width);
      check_equal(c.run(row), c.run(conv3x3_s16_kernels().back()));
    };
    for (const Index height : {1, 2, 3, 4, 5, 7}) {
      for (const Index width : {1, 2, 3, 4, 5, 9, 16, 33}) {
        check({.groups = 1, .inputs = 32, .outputs = 17, .planes = 3, .largest = 8191}, height, width, 8191, 3);
      }
    }
    for (const Index inputs : {8, 16, 31, 32, 33, 63, 64, 65, 100, 128, 129, 256, 260}) {
      for (const Index outputs : {1, 4, 16, 33, 64}) {
        check({.groups = 4, .inputs = inputs, .outputs = outputs, .planes = 3, .largest = 3584}, 4, 6, 3584, 0);
      }
    }
  });
}

TEST_CASE("the largest numbers with every weight +1 or -1 overflow nowhere") {
  for_rows(conv3x3_s16_kernels(), [](const auto& row) {
    for (const int number : {8191, -8191, 8192, -8192}) {  // from 8192 on, four of them leave 16 bits
      for (const int weight : {1, -1}) {
        Case c({.groups = 1, .inputs = 256, .outputs = 5, .planes = 4, .largest = std::abs(number)}, 3, 4);
        std::fill(c.x.begin(), c.x.end(), static_cast<std::int16_t>(number));
        std::fill(c.w.begin(), c.w.end(), static_cast<std::int8_t>(weight));
        check_equal(c.run(row), c.run(conv3x3_s16_kernels().back()));
        for (Index i = 0; i < c.x.size(); i += 2) c.x[i] = static_cast<std::int16_t>(-number);
        for (Index i = 0; i < c.w.size(); i += 3) c.w[i] = static_cast<std::int8_t>(-weight);
        check_equal(c.run(row), c.run(conv3x3_s16_kernels().back()));
      }
    }
  });
}

TEST_CASE("sums as floats, and saturated in 16 bits, are those that the bytes hold") {
  for_rows(conv3x3_s16_kernels(), [](const auto& row) {
    const auto check = [&row](Index groups, Index inputs, Index outputs) {
      Case c({.groups = groups, .inputs = inputs, .outputs = outputs, .planes = 4}, 3, 9, 40000 / inputs);
      std::fill(c.bias.begin(), c.bias.end(), 1 << 22);  // no sum is negative, none reaches 2^24
      const std::vector<std::uint8_t> bytes = c.run(row);
      GuardedBuffer<float> floats(c.height * c.width * c.out);
      c.run_into(row, floats);
      std::fill(c.bias.begin(), c.bias.end(), 0);
      GuardedBuffer<std::int16_t> shorts(floats.size());
      c.run_into(row, shorts);
      bool same = true, low = false, high = false;
      for (Index i = 0; i < floats.size(); ++i) {
        const Index y_plane = c.out + 1, from = i / c.out * (4 * y_plane + 3) + i % c.out;
        int number = 0;
        for (Index plane = 0; plane < 4; ++plane)
          number = number << 8 | bytes[static_cast<std::size_t>(from + plane * y_plane)];
        same = same && floats[i] == static_cast<float>(number);
        const int sum = number - (1 << 22);
        same = same && shorts[i] == std::clamp(sum, -32768, 32767);
        low = low || sum < -32768, high = high || sum > 32767;
      }
      CAPTURE(outputs);
      CHECK(same);
      if (groups * outputs >= 48) CHECK((low && high));
    };
    for (const Index outputs : {1, 4, 7, 16, 17, 33}) check(3, 5, outputs);
    for (const Index channels : {2, 4, 8}) check(64 / channels, channels, channels);  // spread
  });
}

TEST_CASE("the reference adds what the formula says") {
  // One input, two outputs: the first takes the centre, the second the pixel below to the right, subtracted.
  const Conv3x3S16Shape shape{.groups = 1, .inputs = 1, .outputs = 2, .planes = 3};
  std::int8_t w[18] = {};
  w[4 * 2] = 1;
  w[8 * 2 + 1] = -1;
  const std::int32_t bias[] = {0, 70000};
  const std::int16_t x[] = {0, 0, 0, 0, 300, 0, 0, 0, 1000, 0};
  const Conv3x3S16Kernel& row = conv3x3_s16_kernels().back();
  GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
  row.pack({.shape = shape, .w = w, .bias = bias}, packed.data());
  std::uint8_t y[6];
  row.run({.x = x,
           .packed = packed.data(),
           .y = y,
           .height = 1,
           .width = 1,
           .x_pixel = 1,
           .x_row = 3,
           .y_pixel = 6,
           .y_plane = 2,
           .shape = shape});
  const auto number = [&y](int o) { return y[o] * 65536 + y[2 + o] * 256 + y[4 + o]; };
  CHECK(number(0) == 300);
  CHECK(number(1) == 69000);
}
