// Lines through levels, and floats between them.
#include "deploy/onnx/line.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "deploy/onnx/standard.hpp"

using namespace mog;
using onnx::boundary;
using onnx::widest_line;

TEST_CASE("A boundary lies below its level and above every sum that has not reached it, rounded sums included") {
  const Interval wide{-(1 << 25), 1 << 25};
  for (const std::int32_t level :
       {-16'777'215, -8'388'609, -8'388'608, -8'388'607, -1, 0, 1, 5, 8'388'607, 8'388'608, 8'388'609, 16'777'215}) {
    const auto found = boundary(level, wide);
    REQUIRE(found.has_value());
    for (std::int64_t sum = level - 3; sum <= level + 3; ++sum) {
      CHECK((static_cast<float>(sum) > *found) == (sum >= level));
    }
    for (const std::int64_t sum : {wide.low, wide.low + 1, wide.high - 1, wide.high}) {
      CHECK((static_cast<float>(sum) > *found) == (sum >= level));
    }
  }
  CHECK_FALSE(boundary(1 << 24, wide).has_value());
  CHECK(*boundary(101, {-100, 100}) == std::numeric_limits<float>::max());
  CHECK(*boundary(-100, {-100, 100}) == std::numeric_limits<float>::lowest());
}

TEST_CASE("The widest line crosses each level in its middle where levels are even") {
  const std::vector<std::int32_t> levels = {10, 20, 30};
  const auto line = widest_line(levels, {-100, 100});
  REQUIRE(line.has_value());
  // code j - 1/2 at the sum 10 j - 1/2.
  CHECK(line->slope == doctest::Approx(0.1).epsilon(1e-6));
  CHECK(0.5 - line->offset == doctest::Approx(0.95).epsilon(1e-6));
}

TEST_CASE("Every sum has its code on the line of levels that rounding makes") {
  Random random(1, Purpose::user);
  for (int trial = 0; trial < 300; ++trial) {
    const double slope = std::exp2(random.uniform(-3.0F, 12.0F)), first = random.uniform(-1000.0F, 1000.0F);
    std::vector<std::int32_t> levels;
    for (int j = 0; j < 7; ++j) levels.push_back(static_cast<std::int32_t>(std::ceil(first + slope * j)));
    const Interval sums{-4000, 4000};
    const auto line = widest_line(levels, sums);
    REQUIRE(line.has_value());
    for (std::int64_t sum = sums.low; sum <= sums.high; sum += 3) {
      const auto reached = std::count_if(levels.begin(), levels.end(), [sum](auto level) { return sum >= level; });
      const float code =
          std::nearbyint(std::min(7.0F, std::max(0.0F, line->slope * static_cast<float>(sum) + line->offset)));
      CHECK(static_cast<Index>(code) == reached);
    }
  }
}

TEST_CASE("Rounded up, the thresholds of a line are the levels again") {
  Random random(2, Purpose::user);
  for (int trial = 0; trial < 300; ++trial) {
    const double slope = std::exp2(random.uniform(0.0F, 12.0F)), first = random.uniform(-1000.0F, 1000.0F);
    std::vector<std::int32_t> levels;
    for (int j = 0; j < 7; ++j) levels.push_back(static_cast<std::int32_t>(std::ceil(first + slope * j)));
    const auto line = widest_line(levels, {-200'000, 200'000});
    REQUIRE(line.has_value());
    for (std::size_t j = 0; j < levels.size(); ++j) {
      const float threshold = (static_cast<float>(j) + 0.5F - line->offset) / line->slope;
      CHECK(static_cast<std::int32_t>(std::ceil(threshold)) == levels[j]);
    }
  }
}

TEST_CASE("Levels that no sum reaches, or all, ask for nothing") {
  const std::vector<std::int32_t> levels = {-500, 3, 900};
  const auto line = widest_line(levels, {-100, 100});
  REQUIRE(line.has_value());
  for (std::int64_t sum = -100; sum <= 100; ++sum) {
    CHECK(std::nearbyint(std::clamp(line->slope * static_cast<float>(sum) + line->offset, 0.0F, 3.0F)) ==
          (sum >= 3 ? 2 : 1));
  }
  const auto constant = widest_line(levels, {10, 100});
  REQUIRE(constant.has_value());
  CHECK(constant->slope > 0);
  CHECK(std::nearbyint(constant->slope * 10 + constant->offset) == 2);
  CHECK(std::nearbyint(constant->slope * 100 + constant->offset) == 2);
}
