// Softmax cross-entropy by hand, at extremes, and what it refuses; gradients are in gradient_check_test.
#include "layers/loss.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using mog::Tape;
using mog::Tensor;
using Labels = std::vector<std::int32_t>;

namespace {

template <class T>
T loss_of(const mog::Shape& shape, const std::vector<T>& logits, const Labels& labels) {
  Tape<T> tape;
  return mog::softmax_cross_entropy<T>(tape, {Tensor<T>::from(shape, logits)}, labels).value[0];
}

}  // namespace

TEST_CASE("equal logits cost the logarithm of the number of classes") {
  CHECK(loss_of<double>({1, 10}, std::vector<double>(10, 3.5), {4}) == doctest::Approx(std::log(10.0)));
}

TEST_CASE("the loss is the mean of -log softmax at the labels") {
  const double first = std::log(std::exp(1.0) + std::exp(2.0)) - 2,
               second = std::log(std::exp(0.5) + std::exp(-1.0)) - 0.5;
  CHECK(loss_of<double>({2, 2}, {1, 2, 0.5, -1}, {1, 0}) == doctest::Approx((first + second) / 2).epsilon(1e-14));
}

TEST_CASE("logits of any size neither overflow nor vanish") {
  CHECK(loss_of<float>({1, 2}, {1e30F, -1e30F}, {0}) == 0);
  CHECK(loss_of<float>({1, 2}, {1e4F, -1e4F}, {1}) == 2e4F);
  CHECK(loss_of<float>({1, 2}, {-1e30F, -1e30F}, {1}) == doctest::Approx(std::log(2.0)));
}

TEST_CASE("logits that are no numbers make a loss that is none") {
  CHECK(std::isnan(loss_of<float>({1, 2}, {std::numeric_limits<float>::quiet_NaN(), 0}, {1})));
  CHECK(std::isnan(loss_of<float>({1, 2}, {0, std::numeric_limits<float>::quiet_NaN()}, {0})));
  CHECK(std::isnan(loss_of<float>({1, 2}, {std::numeric_limits<float>::infinity(), 0}, {1})));
}

TEST_CASE("smoothed labels are the stated mixture: the loss by its formula") {
  // -log softmax of (1, 2) is log(1 + e) and log(1 + 1/e).
  const double first = std::log(1 + std::exp(1.0)), second = std::log(1 + std::exp(-1.0));
  Tape<double> tape;
  const auto loss = mog::softmax_cross_entropy<double>(tape, {Tensor<double>::from({1, 2}, {1, 2})}, Labels{1},
                                                       {.label_smoothing = 0.2});
  CHECK(loss.value[0] == doctest::Approx(0.9 * second + 0.1 * first).epsilon(1e-14));
}

TEST_CASE("a teacher who agrees costs nothing, one who does not its divergence times the temperature's square") {
  const auto logits = Tensor<double>::from({1, 2}, {1, 2});
  const auto loss_beside = [&](const std::vector<double>& teacher, double weight, double temperature) {
    Tape<double> tape;
    return mog::softmax_cross_entropy<double>(
               tape, {logits}, Labels{1},
               {.teacher = Tensor<double>::from({1, 2}, teacher), .weight = weight, .temperature = temperature})
        .value[0];
  };
  CHECK(loss_beside({1, 2}, 1, 3) == doctest::Approx(0).epsilon(1e-14));
  CHECK(loss_beside({1, 2}, 0.25, 3) == doctest::Approx(0.75 * std::log(1 + std::exp(-1.0))));
  const double q = 1 / (1 + std::exp(-2.0)), p = 1 / (1 + std::exp(0.5));  // first classes, at temperature 2
  const double divergence = q * std::log(q / p) + (1 - q) * std::log((1 - q) / (1 - p));
  CHECK(loss_beside({4, 0}, 1, 2) == doctest::Approx(4 * divergence).epsilon(1e-12));
}

TEST_CASE("soft targets out of range and a teacher's logits of another shape are refused") {
  const auto loss_with = [](const mog::SoftTargets<float>& soft) {
    Tape<float> tape;
    mog::softmax_cross_entropy<float>(tape, {Tensor<float>::from({1, 2}, {1, 2})}, Labels{1}, soft);
  };
  CHECK_THROWS_AS(loss_with({.label_smoothing = 1}), std::invalid_argument);
  CHECK_THROWS_AS(loss_with({.weight = 0.5}), std::invalid_argument);  // of no teacher
  const Tensor<float> wrong({1, 3}), right({1, 2});
  CHECK_THROWS_WITH_AS(loss_with({.teacher = wrong, .weight = 0.5}), doctest::Contains("the teacher's logits"),
                       std::invalid_argument);
  CHECK_THROWS_AS(loss_with({.teacher = right, .weight = 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(loss_with({.teacher = right, .weight = 0.5, .temperature = 0}), std::invalid_argument);
}

TEST_CASE("a row's gradients sum to zero and pull at the label") {
  Tape<double> tape;
  const auto logits = tape.leaf(Tensor<double>::from({2, 3}, {1, 2, 3, -1, 0, 4}));
  tape.backward(mog::softmax_cross_entropy(tape, logits, Labels{0, 2}));
  const Tensor<double> d = logits.gradient.take();
  CHECK(d[0] + d[1] + d[2] == doctest::Approx(0));
  CHECK(d[0] < 0);
  CHECK(d[1] > 0);
  CHECK(d[5] < 0);
}

TEST_CASE("correct rows have their largest logit, the first of equals, at the label") {
  const auto logits = Tensor<float>::from({4, 3}, {1, 2, 3, 5, 5, 0, 5, 5, 0, -3, -2, -1});
  CHECK(mog::count_correct<float>(logits, Labels{2, 0, 1, 2}) == 3);
  CHECK(mog::count_correct<float>(logits, Labels{2, 0, 0, 2}) == 4);
  CHECK(mog::count_correct<float>(logits, Labels{2, 1, 1, 2}) == 2);
}

TEST_CASE("labels out of range or of another number are refused") {
  CHECK_THROWS_WITH_AS(loss_of<float>({1, 2}, {0, 0}, {2}), "softmax_cross_entropy: label 2, expected 0 to 1",
                       std::invalid_argument);
  CHECK_THROWS_AS(loss_of<float>({1, 2}, {0, 0}, {-1}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(loss_of<float>({1, 2}, {0, 0}, {0, 1}), "softmax_cross_entropy: 2 labels for 1 rows of logits",
                       std::invalid_argument);
  CHECK_THROWS_AS(loss_of<float>({2}, {0, 0}, {0}), std::invalid_argument);
}
