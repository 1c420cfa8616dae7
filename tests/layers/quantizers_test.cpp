// Balanced ternary quantization: exact tertiles, thirds of equal size; values and gradients are in gradient_check_test.
#include "layers/quantizers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.hpp"

using mog::Index;
using mog::Tensor;

namespace {

/// Linear interpolation between the sorted numbers, as numpy and torch define a quantile.
double quantile(std::vector<double> sorted, double q) {
  std::sort(sorted.begin(), sorted.end());
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (position - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double step_of(const std::vector<double>& w) { return mog::balanced_step<double>(w); }

}  // namespace

TEST_CASE("the step size is the sum of the tertiles' magnitudes, by hand") {
  CHECK(step_of({-1, 0, 1}) == doctest::Approx(2.0 / 3));       // tertiles at positions 2/3 and 4/3: -1/3 and 1/3
  CHECK(step_of({3, -3, 1, -1}) == doctest::Approx(2));         // positions 1 and 2
  CHECK(step_of({5}) == 10);                                    // both tertiles are the one weight
  CHECK(step_of({-0.4, 0.2}) == doctest::Approx(0.2));          // -0.2 and 0
  CHECK(step_of({1, 2, 3, 4, 5, 6, 7}) == doctest::Approx(8));  // 3 and 5: not symmetric, not around 0
}

TEST_CASE("the tertiles are exact for any number of weights") {
  for (const Index n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 100, 101, 102, 4097}) {
    const Tensor<double> w = mog::random_tensor<double>({n}, static_cast<std::uint64_t>(n));
    const std::vector<double> numbers(w.values().begin(), w.values().end());
    const double expected = std::abs(quantile(numbers, 1.0 / 3)) + std::abs(quantile(numbers, 2.0 / 3));
    CHECK(step_of(numbers) == doctest::Approx(expected).epsilon(1e-12));
    CHECK(std::vector<double>(w.values().begin(), w.values().end()) == numbers);  // the weights keep their order
  }
}

TEST_CASE("symmetric weights fall into thirds, within one element") {
  for (const Index half : {10, 11, 12, 500, 1001}) {
    const Tensor<double> positive = mog::random_tensor<double>({half}, 3, 0.0, 1.0);
    Tensor<double> w({2 * half});
    for (Index i = 0; i < half; ++i) {
      w[i] = positive[i];
      w[half + i] = -positive[i];
    }
    mog::Tape<double> tape;
    const auto step = Tensor<double>::filled({1}, mog::balanced_step<double>(w.values()));
    const Tensor<double> q = mog::ternarize(tape, {w}, step).value;
    for (const double level : {-1.0, 0.0, 1.0}) {
      const auto count = std::count(q.values().begin(), q.values().end(), level);
      CHECK(std::abs(static_cast<double>(count) - static_cast<double>(2 * half) / 3) <= 1);
    }
  }
}

TEST_CASE("random weights fall into thirds as nearly as their tertiles are symmetric") {
  const Index n = 30000;
  const Tensor<double> w = mog::random_tensor<double>({n}, 5);
  mog::Tape<double> tape;
  const auto step = Tensor<double>::filled({1}, mog::balanced_step<double>(w.values()));
  const Tensor<double> q = mog::ternarize(tape, {w}, step).value;
  for (const double level : {-1.0, 0.0, 1.0}) {
    const auto count = std::count(q.values().begin(), q.values().end(), level);
    CHECK(std::abs(static_cast<double>(count) / static_cast<double>(n) - 1.0 / 3) < 5 * std::sqrt(2.0 / 9 / n));
  }
}

TEST_CASE("float quantizers decide as double ones do, on exact ties as well") {
  const std::vector<float> numbers{
      0.5F, -0.5F, 0.25F, -0.25F, std::nextafter(0.25F, 1.0F), std::nextafter(-0.25F, -1.0F), 0.0F, -0.0F, 1.5F, -2.0F};
  mog::Tape<float> tape;
  const auto w = Tensor<float>::from({10}, numbers);
  const Tensor<float> q = mog::ternarize(tape, {w}, Tensor<float>::filled({1}, 0.5F)).value;
  const std::vector<float> expected{1, -1, 0, 0, 1, -1, 0, 0, 1, -1};
  CHECK(std::vector<float>(q.values().begin(), q.values().end()) == expected);
  const Tensor<float> b = mog::binarize(tape, {w}).value;
  const std::vector<float> signs{1, -1, 1, -1, 1, -1, 1, 1, 1, -1};
  CHECK(std::vector<float>(b.values().begin(), b.values().end()) == signs);
}

TEST_CASE("a step size that is not positive and finite, and weights that are no numbers, are refused") {
  mog::Tape<double> tape;
  const auto w = Tensor<double>::filled({3}, 0.5);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const double step : {0.0, -1.0, kNaN, std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(mog::ternarize(tape, {w}, Tensor<double>::filled({1}, step)), mog::NumericError);
  }
  CHECK_THROWS_AS(mog::ternarize(tape, {w}, Tensor<double>::filled({2}, 1)), std::invalid_argument);
  CHECK_THROWS_AS(step_of({}), std::invalid_argument);
  CHECK_THROWS_AS(step_of({1, kNaN, 2}), mog::NumericError);
}
