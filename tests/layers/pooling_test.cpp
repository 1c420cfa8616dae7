// Pooling by hand, ties included; gradients away from ties are in gradient_check_test.
#include "layers/pooling.hpp"

#include <doctest/doctest.h>

#include <vector>

using mog::Tape;
using mog::Tensor;

namespace {

std::vector<float> numbers(const Tensor<float>& tensor) { return {tensor.values().begin(), tensor.values().end()}; }

}  // namespace

TEST_CASE("max pooling takes the largest of each 2x2 window, channel by channel") {
  Tape<float> tape;
  // One image of 2 x 4 pixels with two channels.
  const auto x = Tensor<float>::from({1, 2, 4, 2}, {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8});
  const Tensor<float> y = mog::max_pool(tape, {x}).value;
  CHECK(y.shape() == mog::Shape{1, 1, 2, 2});
  CHECK(numbers(y) == std::vector<float>{6, -1, 8, -3});
}

TEST_CASE("a tie sends the gradient to the first maximum in row-major order") {
  Tape<float> tape;
  const auto gradient = [&](const std::vector<float>& window) {
    const auto x = tape.leaf(Tensor<float>::from({1, 2, 2, 1}, window));
    tape.backward(mog::max_pool(tape, x), Tensor<float>::filled({1, 1, 1, 1}, 5));
    return numbers(x.gradient.take());
  };
  CHECK(gradient({1, 1, 1, 1}) == std::vector<float>{5, 0, 0, 0});
  CHECK(gradient({0, 1, 1, 1}) == std::vector<float>{0, 5, 0, 0});
  CHECK(gradient({0, 0, 1, 1}) == std::vector<float>{0, 0, 5, 0});
  CHECK(gradient({0, 0, 0, 1}) == std::vector<float>{0, 0, 0, 5});
}

TEST_CASE("global average pooling means each map, and spreads its gradient evenly") {
  Tape<float> tape;
  const auto x = tape.leaf(Tensor<float>::from({1, 2, 2, 2}, {1, 10, 2, 20, 3, 30, 6, 60}));
  const auto y = mog::global_average_pool(tape, x);
  CHECK(y.shape() == mog::Shape{1, 2});
  CHECK(numbers(y.value) == std::vector<float>{3, 30});
  tape.backward(y, Tensor<float>::from({1, 2}, {4, 8}));
  CHECK(numbers(x.gradient.take()) == std::vector<float>{1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_CASE("maps of odd size or another rank are refused") {
  Tape<float> tape;
  CHECK_THROWS_WITH_AS(mog::max_pool(tape, {Tensor<float>::filled({1, 3, 4, 1}, 0)}),
                       "max_pool: x has shape [1, 3, 4, 1], expected [N, H, W, C] with even H and W",
                       std::invalid_argument);
  CHECK_THROWS_AS(mog::max_pool(tape, {Tensor<float>::filled({4, 4}, 0)}), std::invalid_argument);
  CHECK_THROWS_AS(mog::global_average_pool(tape, {Tensor<float>::filled({4, 4}, 0)}), std::invalid_argument);
}
