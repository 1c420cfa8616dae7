// The bytes between the integer convolutions: every instruction set gives the reference's, and
// the reference the formulas.
#include "core/kernels/codes_u8/codes_u8.hpp"

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"
#include "core/kernels/pool_f32/pool_f32.hpp"
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

TEST_CASE("the largest codes are summed without loss, however many pixels a map has") {
  for_rows(codes_u8_kernels(), [](const auto& row) {
    for (const Index channels : {1, 17, 80}) {
      for (const Index pixels : {256, 257, 258, 514, 515, 70000}) {  // 16 bits hold 257 times 255
        Buffer x(pixels * channels);
        std::fill(x.begin(), x.end(), std::uint8_t{255});
        GuardedBuffer<std::int32_t> y(channels);
        row.map_sums({x.data(), y.data(), pixels, channels, channels});
        CAPTURE(pixels);
        CHECK(std::count(y.begin(), y.end(), static_cast<std::int32_t>(255 * pixels)) == channels);
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
          Buffer which(count / 4), expected_which(count / 4), again(count / 4);
          row.max_pool({x.data(), again.data(), rows, width, channels, which.data()});
          reference().max_pool({x.data(), expected_pooled.data(), rows, width, channels, expected_which.data()});
          check_buffers(again, expected_pooled);
          check_buffers(which, expected_which);
        }
      }
    }
  });
}

namespace {

/// The same numbers as floats.
struct Floats : GuardedBuffer<float> {
  explicit Floats(const GuardedBuffer<std::uint8_t>& bytes) : GuardedBuffer<float>(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), begin());
  }
};

}  // namespace

TEST_CASE("many images on several threads: sums, residual ends and pooling are the float kernels' numbers") {
  for (const Index images : {1, 3, 70}) {
    for (const Index channels : {5, 64}) {
      for (const int bits : {1, 3, 8}) {
        const Index height = 4, width = 6, pixels = height * width, count = images * pixels * channels;
        const int top = (1 << bits) - 1;
        const RandomIntegers<std::uint8_t> x(count, 1, 0, top), i1(count, 2, 0, top), s(images * channels, 3, 0, 1);
        const Floats x_floats(x), i1_floats(i1);

        GuardedBuffer<std::int32_t> sums(images * channels);
        GuardedBuffer<float> means(images * channels);
        codes_map_sums({x.data(), sums.data(), pixels, channels, channels}, images);
        map_mean_forward(MapMeanForward<float>{x_floats.data(), means.data(), images, pixels, channels});
        for (Index i = 0; i < sums.size(); ++i) {
          REQUIRE(means[i] == static_cast<float>(sums[i]) / static_cast<float>(pixels));
        }

        Buffer y(count), pooled(count / 4), which(count / 4), which_floats(count / 4);
        GuardedBuffer<float> expected(count), expected_pooled(count / 4);
        codes_mux_residual({x.data(), i1.data(), s.data(), y.data(), height, width, channels, bits == 1, false},
                           images);
        residual_mux_forward(ResidualMuxForward<float>{x_floats.data(), i1_floats.data(), s.data(), expected.data(),
                                                       images, pixels, channels, bits});
        check_same_bits(Floats(y), expected);
        codes_max_pool({y.data(), pooled.data(), images * height, width, channels, which.data()});
        max_pool_forward(MaxPoolForward<float>{expected.data(), expected_pooled.data(), which_floats.data(), images,
                                               height, width, channels});
        check_same_bits(Floats(pooled), expected_pooled);
        check_buffers(which, which_floats);
        codes_mux_residual({x.data(), i1.data(), s.data(), pooled.data(), height, width, channels, bits == 1, true},
                           images);
        check_same_bits(Floats(pooled), expected_pooled);
      }
    }
  }
}

TEST_CASE("a wrong argument of the entry points is refused by name") {
  std::uint8_t x[8] = {};
  std::int32_t y[8] = {};
  CHECK_THROWS_WITH_AS(codes_map_sums({x, y, -1, 2, 2}, 1), "codes_map_sums: pixels is -1, expected 0 or more",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(codes_max_pool({x, x, 1, 2, 1}), "codes_max_pool: maps of 1 x 2, expected even sizes",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(codes_mux_residual({x, x, nullptr, x, 2, 2, 1, false, false}, 1),
                       "codes_mux_residual: select is null, expected a pointer to numbers", std::invalid_argument);
}

TEST_CASE("the reference computes what the formulas say") {
  const std::uint8_t x[] = {7, 7, 0, 1, 6, 2, 1, 5}, i1[] = {4, 4, 1, 0, 7, 3, 2, 2}, select[] = {0, 255};
  std::uint8_t y[8], pooled[2];
  reference().mux_residual({x, i1, select, y, 2, 2, 2, false, false});
  const std::uint8_t expected[] = {5, 4, 0, 0, 6, 3, 1, 2};
  CHECK(std::equal(y, y + 8, expected));
  reference().mux_residual({x, i1, select, pooled, 2, 2, 2, false, true});
  CHECK((pooled[0] == 6 && pooled[1] == 4));
  std::uint8_t which[2];
  reference().max_pool({x, pooled, 2, 2, 2, which});
  CHECK((pooled[0] == 7 && pooled[1] == 7));
  CHECK((which[0] == 0 && which[1] == 0));
  std::int32_t sums[2];
  reference().map_sums({x, sums, 4, 2, 2});
  CHECK((sums[0] == 14 && sums[1] == 15));
}
