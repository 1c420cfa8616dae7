// The bytes between the integer convolutions: every instruction set gives the reference's, and the reference the
// formulas.
#include "core/kernels/codes_u8/codes_u8.hpp"

#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

using Buffer = GuardedBuffer<std::uint8_t>;

const CodesU8Kernels& reference() { return codes_u8_kernels().back(); }

template <class T>
void check_buffers(const GuardedBuffer<T>& got, const GuardedBuffer<T>& expected) {
  check_equal(std::vector<T>(got.begin(), got.end()), std::vector<T>(expected.begin(), expected.end()));
}

}  // namespace

TEST_CASE("every row takes patches as the reference does, in any part of a map, with its border") {
  for_rows(codes_u8_kernels(), [](const auto& row) {
    for (const Index channels : {1, 3, 5}) {
      for (const Index width : {1, 2, 3, 8}) {
        for (const Index first : {0, 1, 3}) {
          const Index height = 5, rows = 2, pixel = 9 * channels + 1;
          const RandomIntegers<std::uint8_t> x(height * width * channels, 1, 0, 255);
          Buffer y(rows * width * pixel), expected(rows * width * pixel);
          const Patches args{x.data(), y.data(), height, width, channels, pixel, first, rows, 128};
          row.patches(args);
          reference().patches({x.data(), expected.data(), height, width, channels, pixel, first, rows, 128});
          check_buffers(y, expected);
        }
      }
    }
  });
}

TEST_CASE("every row sums maps as the reference does") {
  for_rows(codes_u8_kernels(), [](const auto& row) {
    for (const Index channels : {1, 3, 63, 64, 65, 130}) {
      for (const Index pixels : {1, 7, 257, 258, 1024}) {
        const Index x_pixel = channels + 3;
        const RandomIntegers<std::uint8_t> x((pixels - 1) * x_pixel + channels, 1, 200, 255);
        GuardedBuffer<std::int32_t> y(channels), expected(channels);
        row.map_sums({x.data(), y.data(), pixels, channels, x_pixel});
        reference().map_sums({x.data(), expected.data(), pixels, channels, x_pixel});
        check_buffers(y, expected);
      }
    }
  });
}

TEST_CASE("every row ends residual blocks and pools as the reference does, for one bit and for eight") {
  for_rows(codes_u8_kernels(), [](const auto& row) {
    for (const Index channels : {1, 2, 15, 16, 31, 33, 64, 100, 256}) {
      for (const bool one_bit : {false, true}) {
        for (const bool pool : {false, true}) {
          const Index rows = 4, width = 6, count = rows * width * channels;
          const RandomIntegers<std::uint8_t> x(count, 1, 0, one_bit ? 1 : 255), i1(count, 2, 0, one_bit ? 1 : 255);
          RandomIntegers<std::uint8_t> select(channels, 3, 0, 1);
          for (std::uint8_t& mask : select) mask = mask != 0 ? 255 : 0;
          Buffer y(pool ? count / 4 : count), expected(y.size());
          row.mux_residual({x.data(), i1.data(), select.data(), y.data(), rows, width, channels, one_bit, pool});
          reference().mux_residual(
              {x.data(), i1.data(), select.data(), expected.data(), rows, width, channels, one_bit, pool});
          check_buffers(y, expected);
          Buffer pooled(count / 4), expected_pooled(count / 4);
          row.max_pool({x.data(), pooled.data(), rows, width, channels});
          reference().max_pool({x.data(), expected_pooled.data(), rows, width, channels});
          check_buffers(pooled, expected_pooled);
        }
      }
    }
  });
}

TEST_CASE("the reference computes what the formulas say") {
  const std::uint8_t x[] = {7, 7, 0, 1, 6, 2, 1, 5}, i1[] = {4, 4, 1, 0, 7, 3, 2, 2}, select[] = {0, 255};
  std::uint8_t y[8], pooled[2];
  reference().mux_residual({x, i1, select, y, 2, 2, 2, false, false});
  const std::uint8_t expected[] = {5, 4, 0, 0, 6, 3, 1, 2};
  CHECK(std::equal(y, y + 8, expected));
  reference().mux_residual({x, i1, select, pooled, 2, 2, 2, false, true});
  CHECK((pooled[0] == 6 && pooled[1] == 4));
  reference().max_pool({x, pooled, 2, 2, 2});
  CHECK((pooled[0] == 7 && pooled[1] == 7));
  std::int32_t sums[2];
  reference().map_sums({x, sums, 4, 2, 2});
  CHECK((sums[0] == 14 && sums[1] == 15));
}
