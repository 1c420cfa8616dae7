// Logits of another program: what lies beyond a bound is counted by picture, and nothing that is no number passes.
#include "deploy/logit_comparison.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

using namespace mog;

namespace {

const std::vector<float> kExpected = {1, -4, 2, 0.5F, 0.25F, -0.125F};  // two pictures of three classes

std::vector<double> exact() { return {kExpected.begin(), kExpected.end()}; }

}  // namespace

TEST_CASE("the same logits do not differ, whatever the bound") {
  const LogitComparison result = compare_logits(kExpected, exact(), 3, 0);
  CHECK(result.images == 2);
  CHECK(result.beyond == 0);
  CHECK(result.differing_answers == 0);
  CHECK(result.largest_deviation == 0);
}

TEST_CASE("a distance is a share of its own picture's largest magnitude; on the bound is within it") {
  std::vector<double> found = exact();
  found[0] += 0.5;     // of 4: an eighth
  found[5] -= 0.0625;  // of 0.5: an eighth, too
  const LogitComparison on = compare_logits(kExpected, found, 3, 0.125);
  CHECK(on.beyond == 0);
  CHECK(on.largest_within == 0.125);
  found[5] -= 0.03125;  // three sixteenths
  const LogitComparison over = compare_logits(kExpected, found, 3, 0.125);
  CHECK(over.beyond == 1);
  CHECK(over.largest_within == 0.125);
  CHECK(over.largest_deviation == 0.1875);
  CHECK(over.differing_answers == 0);
}

TEST_CASE("the answer is the first of the largest logits") {
  std::vector<double> found = exact();
  found[0] = found[2];  // of two largest now the first
  CHECK(compare_logits(kExpected, found, 3, 1).differing_answers == 1);
  found[0] = 1;
  found[5] = 0.5;  // the second of two
  CHECK(compare_logits(kExpected, found, 3, 2).differing_answers == 0);
}

TEST_CASE("what is no number is beyond every bound, and so is anything beside nothing but zeros") {
  for (const double odd : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    std::vector<double> found = exact();
    found[1] = odd;
    const LogitComparison result = compare_logits(kExpected, found, 3, 1e300);
    CHECK(result.beyond == 1);
    CHECK(std::isinf(result.largest_deviation));
    CHECK(result.largest_within == 0);
  }
  const std::vector<float> zeros(2);
  CHECK(compare_logits(zeros, std::vector<double>{0, 0}, 2, 0).beyond == 0);
  CHECK(compare_logits(zeros, std::vector<double>{0, 1e-30}, 2, 1).beyond == 1);
}

TEST_CASE("rows that do not fit are refused") {
  CHECK_THROWS_AS(compare_logits(kExpected, std::vector<double>(5), 3, 1), std::invalid_argument);
  CHECK_THROWS_AS(compare_logits(kExpected, exact(), 4, 1), std::invalid_argument);
  CHECK_THROWS_AS(compare_logits(kExpected, exact(), 0, 1), std::invalid_argument);
}
