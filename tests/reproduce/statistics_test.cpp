// Intervals and spreads against textbook values.
#include "reproduce/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

using namespace mog;

TEST_CASE("Wilson's interval is that of the tables") {
  // Newcombe, Statistics in Medicine 17 (1998), Table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const struct {
    double found;
    Index images;
    double low, high;
  } cases[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}};
  for (const auto& one : cases) {
    const Interval interval = wilson95(one.found / static_cast<double>(one.images), one.images);
    CHECK(std::abs(interval.low - one.low) < 5e-5);
    CHECK(std::abs(interval.high - one.high) < 5e-5);
  }
}

TEST_CASE("of 10,000 test images with 92.12 % found, half a point is open on either side") {
  // By hand: z = 1.96, sqrt(0.9212 * 0.0788 / 10000) z = 0.00528.
  const Interval interval = wilson95(0.9212, 10'000);
  CHECK(interval.low == doctest::Approx(0.9158).epsilon(1e-4));
  CHECK(interval.high == doctest::Approx(0.9263).epsilon(1e-4));
  CHECK_THROWS_AS(static_cast<void>(wilson95(0.5, 0)), std::invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(wilson95(1.5, 10)), std::invalid_argument);
}

TEST_CASE("mean and deviation of a sample") {
  const Spread spread = spread_of({1, 2, 3});
  CHECK(spread.count == 3);
  CHECK(spread.mean == doctest::Approx(2));
  CHECK(spread.deviation == doctest::Approx(1));
  CHECK(spread_of({}).count == 0);
  CHECK(spread_of({5}).mean == 5);
  CHECK(spread_of({5}).deviation == 0);
}

TEST_CASE("the margin of two means is Student's") {
  // Three and three values of deviation 1: t(4) = 2.776 times sqrt(2 / 3).
  const Spread a = spread_of({1, 2, 3}), b = spread_of({4, 5, 6});
  CHECK(margin95(a, b).value() == doctest::Approx(2.2666).epsilon(1e-4));
  // Deviations 1 (three values) and 3 (two): pooled variance (2 * 1 + 1 * 9) / 3, t(3) = 3.182.
  const Spread c{.count = 2, .mean = 0, .deviation = 3};
  CHECK(margin95(a, c).value() == doctest::Approx(3.182 * std::sqrt(11.0 / 3 * (1.0 / 3 + 1.0 / 2))));
  CHECK(!margin95(a, spread_of({1})));
  // t(20) = 2.086, beyond the table.
  const Spread many{.count = 11, .mean = 0, .deviation = 1};
  CHECK(margin95(many, many).value() == doctest::Approx(2.086 * std::sqrt(2.0 / 11)).epsilon(1e-3));
}
