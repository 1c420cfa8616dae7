// Concatenation: where each map lands, of floats and of codes, and what is refused. Its gradient: gradient_check_test.
#include "layers/concatenate.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "core/random.hpp"

using mog::Index;
using mog::Shape;
using mog::Tensor;
using mog::Variable;

TEST_CASE("each pixel has the maps of the first, then those of the second, and gradients go back to them") {
  for (const Index rows : {1, 255, 256, 257}) {
    for (const auto& sizes : {std::pair<Index, Index>{1, 1}, {3, 5}, {16, 7}}) {
      const Index left = sizes.first, right = sizes.second;
      CAPTURE(rows);
      CAPTURE(left);
      mog::Tape<double> tape;
      const auto a = tape.leaf(mog::random_tensor<double>({rows, left}, 1));
      const auto b = tape.leaf(mog::random_tensor<double>({rows, right}, 2));
      const auto y = mog::concatenate(tape, a, b);
      REQUIRE(y.shape() == Shape{rows, left + right});
      const Tensor<double> dy = mog::random_tensor<double>({rows, left + right}, 3);
      tape.backward(y, dy);
      const Tensor<double> da = a.gradient.take(), db = b.gradient.take();
      bool same = true;
      for (Index p = 0; p < rows; ++p) {
        for (Index c = 0; c < left + right; ++c) {
          const Index at = p * (left + right) + c, first = p * left + c, second = p * right + c - left;
          same = same && y.value[at] == (c < left ? a.value[first] : b.value[second]);
          same = same && dy[at] == (c < left ? da[first] : db[second]);
        }
      }
      CHECK(same);
    }
  }
}

TEST_CASE("codes become numbers") {
  mog::Tape<float> tape;
  Variable<float> codes;
  codes.codes = Tensor<std::uint8_t>({1, 2});
  codes.codes[0] = 7;
  codes.codes[1] = 3;
  const auto y = mog::concatenate(tape, codes, {Tensor<float>::filled({1, 1}, 0.5F)}).value;
  CHECK(std::vector<float>(y.values().begin(), y.values().end()) == std::vector<float>{7, 3, 0.5F});
}

TEST_CASE("maps of other sizes are refused") {
  mog::Tape<float> tape;
  const Variable<float> a{Tensor<float>({2, 4, 4, 3})};
  CHECK_THROWS_WITH_AS(
      mog::concatenate(tape, a, {Tensor<float>({2, 4, 2, 3})}),
      "concatenate: maps of shapes [2, 4, 4, 3] and [2, 4, 2, 3], expected the same but for the channels",
      std::invalid_argument);
  CHECK_THROWS_AS(mog::concatenate(tape, a, {Tensor<float>({2, 16, 3})}), std::invalid_argument);
}
