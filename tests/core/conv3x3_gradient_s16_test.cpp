// The 3x3 weight gradient with rounded gradients: every row gives the reference's bits, and the reference the sums.
#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <vector>

#include "core/kernels/conv3x3_gradient_s16/strips.hpp"
#include "core/random.hpp"
#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// Operands of one gradient: whole numbers up to `largest` in size, and numbers most of which are far from the largest.
struct Operands {
  Conv3x3Sizes sizes;
  GuardedBuffer<std::int16_t> x;
  Numbers dy;

  Operands(const Conv3x3Sizes& z, int largest)
      : sizes(z), x(z.images * z.height * z.width * z.in), dy(z.images * z.height * z.width * z.out, 2, -1, 1) {
    Random random(1, Purpose::user);
    for (std::int16_t& number : x) {
      number = static_cast<std::int16_t>(static_cast<int>(random.below(2 * static_cast<std::uint64_t>(largest) + 1)) -
                                         largest);
    }
    for (float& number : dy) number = number * number * number * 1e-4F;
  }

  [[nodiscard]] Index weights() const { return 9 * sizes.in * (sizes.out / sizes.groups); }
  bool run(const Conv3x3GradientS16Kernel& row, float* dweight) const {
    return conv3x3_weight_gradient({.x = x.data(), .dy = dy.data(), .dweight = dweight, .sizes = sizes}, row);
  }
};

/// One gradient.
struct Gradient : GuardedBuffer<float> {
  Gradient(const Operands& operands, const Conv3x3GradientS16Kernel& row) : GuardedBuffer<float>(operands.weights()) {
    CHECK(operands.run(row, data()));
  }
};

const Conv3x3GradientS16Kernel& reference() { return conv3x3_gradient_s16_kernels().back(); }

/// Maps around a pair of rows and of columns, around a block of 128 columns, groups of one, two and three vectors, more
/// outputs than a block's.
const std::vector<Conv3x3Sizes> kMaps = {{1, 1, 1, 16, 16, 1},   {1, 2, 2, 16, 32, 1},   {2, 1, 5, 32, 32, 2},
                                         {3, 5, 1, 48, 16, 1},   {2, 3, 127, 16, 16, 1}, {1, 2, 128, 16, 48, 1},
                                         {1, 3, 129, 32, 32, 2}, {1, 1, 300, 16, 16, 1}, {5, 4, 4, 32, 80, 1},
                                         {3, 8, 8, 64, 64, 2},   {7, 7, 7, 64, 32, 2},   {50, 4, 4, 32, 32, 2},
                                         {3, 16, 16, 32, 32, 2}, {1, 32, 32, 16, 16, 1}, {40, 2, 3, 16, 16, 1}};

}  // namespace

TEST_CASE("every row gives the reference's bits") {
  for (const Conv3x3Sizes& z : kMaps) {
    for (const int largest : {40, 1000, 16383}) {
      const Operands operands(z, largest);
      const Gradient expected(operands, reference());
      for_rows(conv3x3_gradient_s16_kernels(), [&](const auto& row) {
        INFO(z.images, " images ", z.height, " x ", z.width, ", ", z.in, " to ", z.out, ", ", z.groups,
             " groups, |x| <= ", largest);
        check_same_bits<float>(Gradient(operands, row), expected);
      });
    }
  }
}

// A block's dy are rounded to multiples of at most max|dy| / 2^(bits - 1), so each is off by at most max|dy| / 2^bits,
// and a sum by that times the sum of |x|. Besides, floats round: a few times in a block, the blocks' sums, and the
// transform at the end; together less than 64 units of their last place of max|dy| times the sum of |x|.
TEST_CASE("the reference is the gradient, but for what rounding dy changes") {
  for (const Conv3x3Sizes& z : kMaps) {
    for (const int largest : {40, 1000, 16383}) {
      const Operands operands(z, largest);
      const Gradient got(operands, reference());
      const std::vector<double> x(operands.x.begin(), operands.x.end()), dy(operands.dy.begin(), operands.dy.end());
      std::vector<double> exact(static_cast<std::size_t>(operands.weights()));
      conv3x3_weight_gradient(Conv3x3WeightGradient<double>{x.data(), dy.data(), exact.data(), z});
      double sum = 0, most = 0;
      for (const double number : x) sum += std::fabs(number) / static_cast<double>(z.in);
      for (const double number : dy) most = std::max(most, std::fabs(number));
      const double bits = gradient_bits(static_cast<std::uint32_t>(largest));
      const double bound = 1.5 * sum * most * (std::exp2(-bits) + 64 * std::numeric_limits<float>::epsilon());
      for (Index i = 0; i < got.size(); ++i) {
        if (std::fabs(got[i] - exact[static_cast<std::size_t>(i)]) <= bound) continue;
        FAIL_CHECK(z.height, " x ", z.width, ", |x| <= ", largest, ": weight ", i, " is ", got[i], ", expected ",
                   exact[static_cast<std::size_t>(i)], " within ", bound);
        break;
      }
    }
  }
}

TEST_CASE("the largest numbers of a whole block do not overflow") {
  for_rows(conv3x3_gradient_s16_kernels(), [&](const auto& row) {
    for (const std::int16_t largest : {std::int16_t{255}, std::int16_t{256}, std::int16_t{511}, std::int16_t{16383}}) {
      Operands operands({1, 2, 128, 16, 16, 1}, largest);
      // B^T x and A dy are as large as they can be: each has one sign, and dy are rounded to the next power of two.
      std::fill(operands.x.begin(), operands.x.end(), largest);
      std::fill(operands.dy.begin(), operands.dy.end(), std::nextafter(1.0F, 0.0F));
      const Gradient got(operands, row);
      // The middle tap meets all of the map's 2 x 128 pixels, a corner one row and 127 columns.
      CHECK(got[4 * 256] == doctest::Approx(largest * 256.0).epsilon(1e-6));
      CHECK(got[0] == doctest::Approx(largest * 127.0).epsilon(1e-6));
    }
  });
}

TEST_CASE("x too large for 16 bits after the transform is told, wherever it is") {
  for_rows(conv3x3_gradient_s16_kernels(), [&](const auto& row) {
    for (const int number : {16384, -16384, 32767, -32768}) {
      for (const Index place : {Index{0}, Index{3 * 49 * 64 - 1}}) {
        Operands operands({3, 7, 7, 64, 32, 2}, 1000);
        operands.x[place] = static_cast<std::int16_t>(number);
        std::vector<float> dweight(static_cast<std::size_t>(operands.weights()));
        CHECK_FALSE(operands.run(row, dweight.data()));
      }
    }
    Operands operands({3, 7, 7, 64, 32, 2}, 1000);
    operands.x[5] = -16383;
    Gradient(operands, row);
  });
}

TEST_CASE("a number that is not finite makes NaN of its group's weights, and of no other's") {
  for_rows(conv3x3_gradient_s16_kernels(), [&](const auto& row) {
    for (const float number : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      Operands operands({2, 4, 4, 32, 32, 2}, 100);
      const Gradient before(operands, row);
      operands.dy[17] = number;  // output 17 belongs to group 1
      const Gradient got(operands, row);
      for (Index i = 0; i < got.size(); ++i) {
        CHECK((i < got.size() / 2 ? same_bits(got[i], before[i]) : std::isnan(got[i])));
      }
    }
  });
}

TEST_CASE("a gradient of zeros, or of the smallest numbers, is near zero") {
  for (const float number : {0.0F, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::min()}) {
    Operands operands({2, 4, 4, 16, 16, 1}, 100);
    std::fill(operands.dy.begin(), operands.dy.end(), number);
    for (const float dw : Gradient(operands, conv3x3_gradient_s16_kernels().front())) CHECK(std::fabs(dw) < 1e-33F);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  for (const Conv3x3Sizes& z : {Conv3x3Sizes{3, 16, 16, 64, 64, 4}, Conv3x3Sizes{50, 8, 8, 32, 32, 2}}) {
    const Operands operands(z, 300);
    check_threads(operands.weights(),
                  [&](float* dweight) { CHECK(operands.run(conv3x3_gradient_s16_kernels().front(), dweight)); });
  }
}

TEST_CASE("groups that fill no vector are refused") {
  CHECK(rounds_in_blocks({1, 8, 8, 64, 64, 4}));
  CHECK_FALSE(rounds_in_blocks({1, 8, 8, 64, 64, 8}));
  CHECK_FALSE(rounds_in_blocks({1, 8, 8, 24, 16, 1}));
  const std::int16_t x = 0;
  const float dy = 0;
  float dweight = 0;
  for (const Conv3x3Sizes& sizes : {Conv3x3Sizes{1, 1, 1, 8, 8, 1}, Conv3x3Sizes{0, 1, 1, 16, 16, 1}}) {
    const Conv3x3GradientS16 args{.x = &x, .dy = &dy, .dweight = &dweight, .sizes = sizes};
    CHECK_THROWS_AS(conv3x3_weight_gradient(args), std::invalid_argument);
  }
}
