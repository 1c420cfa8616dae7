// The weight gradient of codes with rounded gradients: every row gives the reference's bits, and the reference the sums.
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/random.hpp"
#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

struct Sizes {
  Index rows, in, out;
};

/// Operands of one gradient: codes up to `most`, and numbers most of which are far from the largest.
struct Operands {
  Sizes sizes;
  GuardedBuffer<std::uint8_t> x;
  Numbers dy;

  explicit Operands(const Sizes& s, int most = 7) : sizes(s), x(s.rows * s.in), dy(s.rows * s.out, 2, -1, 1) {
    Random random(1, Purpose::user);
    for (std::uint8_t& code : x) code = static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(most) + 1));
    for (float& number : dy) number = number * number * number * 1e-4F;
  }
  void run(const PointwiseGradientS16Kernel& row, float* dw) const {
    pointwise_weight_gradient(
        {.x = x.data(), .dy = dy.data(), .dw = dw, .rows = sizes.rows, .in = sizes.in, .out = sizes.out}, row);
  }
};

/// One gradient.
struct Gradient : GuardedBuffer<float> {
  Gradient(const Operands& operands, const PointwiseGradientS16Kernel& row)
      : GuardedBuffer<float>(operands.sizes.in * operands.sizes.out) {
    operands.run(row, data());
  }
};

const PointwiseGradientS16Kernel& reference() { return pointwise_gradient_s16_kernels().back(); }

/// Around pairs of rows, blocks of 128 rows and of 64 columns, vectors, panels of 16 and of 128 channels, several pieces.
std::vector<Sizes> sizes() {
  std::vector<Sizes> all;
  for (const Index in : {1, 3, 15, 16, 17, 33}) {
    for (const Index out : {1, 4, 7, 8, 9, 16, 31, 32, 33, 48, 63, 64, 65, 130}) all.push_back({13, in, out});
  }
  for (const Index rows : {1, 2, 3, 127, 128, 129, 255, 256, 257, 399, 801, 1601}) all.push_back({rows, 19, 37});
  for (const Index in : {127, 128, 129, 300}) all.push_back({130, in, 20});
  all.insert(all.end(), {{800, 512, 10}, {3200, 32, 16}, {1000, 64, 128}});
  return all;
}

}  // namespace

TEST_CASE("every row gives the reference's bits") {
  for (const Sizes& s : sizes()) {
    for (const int most : {1, 7, 255}) {
      const Operands operands(s, most);
      const Gradient expected(operands, reference());
      for_rows(pointwise_gradient_s16_kernels(), [&](const auto& row) {
        INFO(s.rows, " rows, ", s.in, " to ", s.out, ", codes up to ", most);
        check_same_bits<float>(Gradient(operands, row), expected);
      });
    }
  }
}

// A block's dy are rounded to multiples of at most max|dy| / 2^13, so each is off by at most max|dy| / 2^14, and a sum by
// that times the sum of x. Besides, floats round: once in a block, and adding up the blocks and pieces; together less than
// 64 units of their last place of max|dy| times the sum of x.
TEST_CASE("the reference is the gradient, but for what rounding dy changes") {
  for (const Sizes& s : sizes()) {
    const Operands operands(s);
    const Gradient got(operands, reference());
    const std::vector<double> x(operands.x.begin(), operands.x.end()), dy(operands.dy.begin(), operands.dy.end());
    std::vector<double> exact(static_cast<std::size_t>(s.in * s.out));
    pointwise_weight_gradient(PointwiseWeightGradient<double>{x.data(), dy.data(), exact.data(), s.rows, s.in, s.out});
    double most = 0;
    for (const double number : dy) most = std::max(most, std::fabs(number));
    for (Index i = 0; i < got.size(); ++i) {
      double sum = 0;
      for (Index p = 0; p < s.rows; ++p) sum += x[static_cast<std::size_t>(p * s.in + i / s.out)];
      const double bound = sum * most * (std::exp2(-14) + 64 * std::numeric_limits<float>::epsilon());
      if (std::fabs(got[i] - exact[static_cast<std::size_t>(i)]) <= bound) continue;
      FAIL_CHECK(s.rows, " rows, ", s.in, " to ", s.out, ": weight ", i, " is ", got[i], ", expected ",
                 exact[static_cast<std::size_t>(i)], " within ", bound);
      break;
    }
  }
}

TEST_CASE("the largest codes of a whole block do not overflow") {
  for_rows(pointwise_gradient_s16_kernels(), [&](const auto& row) {
    for (const float number : {1.0F, -1.0F, 1.9999999F, -1.9999999F}) {
      Operands operands({kGradientRows, 20, 70});
      std::fill(operands.x.begin(), operands.x.end(), std::uint8_t{255});
      std::fill(operands.dy.begin(), operands.dy.end(), number);
      for (const float dw : Gradient(operands, row))
        CHECK(dw == doctest::Approx(255.0 * kGradientRows * number).epsilon(1e-4));
    }
  });
}

TEST_CASE("a number that is not finite makes NaN of its block's columns, and of no others") {
  for_rows(pointwise_gradient_s16_kernels(), [&](const auto& row) {
    for (const float number : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
      Operands operands({300, 20, 70});
      const Gradient before(operands, row);
      operands.dy[200 * 70 + 65] = number;
      const Gradient got(operands, row);
      for (Index i = 0; i < got.size(); ++i) {
        CHECK((i % 70 < kGradientColumns ? same_bits(got[i], before[i]) : std::isnan(got[i])));
      }
    }
  });
}

TEST_CASE("a gradient of zeros, or of the smallest numbers, is near zero") {
  for (const float number : {0.0F, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::min()}) {
    Operands operands({130, 16, 16});
    std::fill(operands.dy.begin(), operands.dy.end(), number);
    for (const float dw : Gradient(operands, pointwise_gradient_s16_kernels().front())) CHECK(std::fabs(dw) < 1e-33F);
  }
}

TEST_CASE("whole numbers of at most 14 bits are summed up exactly") {
  Operands operands({397, 18, 70}, 1);
  Random random(3, Purpose::user);
  for (float& number : operands.dy) number = static_cast<float>(random.below(16384)) - 8192;  // 397 2^13 < 2^24
  const Gradient got(operands, reference());
  for (Index c = 0; c < 18; ++c) {
    for (Index o = 0; o < 70; ++o) {
      float sum = 0;
      for (Index p = 0; p < 397; ++p) sum += static_cast<float>(operands.x[p * 18 + c]) * operands.dy[p * 70 + o];
      CHECK(got[c * 70 + o] == sum);
    }
  }
}

TEST_CASE("zeros, the smallest and the largest numbers, and those that are not finite: every row gives the same bits") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float largest : {0.0F, 1e-45F, 1e-40F, 1e-38F, 1e-34F, 1e-30F, 3e38F, infinity, -infinity,
                              std::numeric_limits<float>::quiet_NaN()}) {
    Operands operands({131, 17, 37}, 255);
    if (std::isfinite(largest)) {
      for (Index i = 0; i < operands.dy.size(); ++i) {
        operands.dy[i] = largest * (static_cast<float>(i % 7 - 3) / 3);
      }
    } else {
      operands.dy[37 + 36] = largest;  // in the last column, of a vector that is not whole
    }
    const Gradient expected(operands, reference());
    for_rows(pointwise_gradient_s16_kernels(), [&](const auto& row) {
      INFO("largest ", largest);
      check_same_bits<float>(Gradient(operands, row), expected);
    });
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const Operands operands({1601, 48, 130});
  for_rows(pointwise_gradient_s16_kernels(),
           [&](const auto& row) { check_threads(48 * 130, [&](float* dw) { operands.run(row, dw); }); });
}

TEST_CASE("sizes below 1 are refused") {
  const std::uint8_t x = 0;
  const float dy = 0;
  float dw = 0;
  for (const Sizes& s : {Sizes{0, 1, 1}, Sizes{1, 0, 1}, Sizes{1, 1, 0}}) {
    const PointwiseGradientS16 args{.x = &x, .dy = &dy, .dw = &dw, .rows = s.rows, .in = s.in, .out = s.out};
    CHECK_THROWS_AS(pointwise_weight_gradient(args), std::invalid_argument);
  }
}
