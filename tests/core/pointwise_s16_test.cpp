// Pointwise convolution of 16-bit numbers: every instruction set gives the reference's bits, and
// the reference the sums.
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

void run(const PointwiseS16Kernel& row, const PointwiseS16Shape& shape, const std::int8_t* w, const std::int16_t* x,
         GuardedBuffer<float>& y) {
  GuardedBuffer<std::byte> packed = packed_buffer(row.packed_size(shape));
  row.pack({.shape = shape, .w = w}, packed.data());
  row.run({.x = x, .packed = packed.data(), .y = y.data(), .pixels = y.size() / shape.out, .shape = shape});
}

}  // namespace

TEST_CASE("every row adds as the reference does, for any sizes, and touches nothing behind them") {
  for_rows(pointwise_s16_kernels(), [](const auto& row) {
    const auto check = [&row](Index in, Index out, Index pixels, std::int64_t largest) {
      INFO("in ", in, ", out ", out, ", pixels ", pixels);
      const RandomIntegers<std::int8_t> w(in * out, 2, -1, 1);
      RandomIntegers<std::int16_t> x(pixels * in + in % 2, 1, -largest - 1, largest);
      GuardedBuffer<float> got(pixels * out), expected(pixels * out);
      run(row, {.in = in, .out = out}, w.data(), x.data(), got);
      run(pointwise_s16_kernels().back(), {.in = in, .out = out}, w.data(), x.data(), expected);
      check_same_bits(got, expected);
    };
    for (const Index in : {1, 2, 3, 8, 31, 64, 257}) {
      for (const Index out : {1, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128, 200}) check(in, out, 5, 32767);
    }
    for (const Index pixels : {1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 16, 17, 23, 64}) {
      for (const Index out : {3, 8, 16, 24, 32, 40, 64, 75}) check(10, out, pixels, 32767);  // 1 to 4 vectors, and more
    }
    check(256, 512, 16, 32767);
    check(1031, 65, 3, 32767);
  });
}

TEST_CASE("the largest sums are exact, or rounded once") {
  for_rows(pointwise_s16_kernels(), [](const auto& row) {
    constexpr Index kIn = 1025;  // 1025 32767 = 2^25 + 31743
    RandomIntegers<std::int16_t> x(kIn + 1, 1, 32767, 32767);
    RandomIntegers<std::int8_t> w(kIn * 2, 2, 1, 1);
    for (Index c = 0; c < kIn; ++c) w[2 * c + 1] = c < 512 ? 1 : 0;  // 512 32767 < 2^24
    GuardedBuffer<float> y(2);
    run(row, {.in = kIn, .out = 2}, w.data(), x.data(), y);
    CHECK(y[0] == static_cast<float>(kIn * 32767));
    CHECK(y[1] == static_cast<float>(512 * 32767));
  });
}
