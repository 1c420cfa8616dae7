// Activations: which one a stage uses, what is kept; values and gradients are in gradient_check_test.
#include "layers/activations.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"

using mog::Index;
using mog::Stage;
using mog::Tape;
using mog::Tensor;

TEST_CASE("an activation is ReLU until the last run, then QReLU's codes") {
  Tape<float> tape;
  mog::Pass<float> pass{.tape = tape};
  const auto x = Tensor<float>::from({5}, {-1, 0.25F, 0.5F, 1, 3});
  const auto values = [&](Stage stage, int bits) {
    pass.stage = stage;
    const Tensor<float> y = mog::activation(pass, {x}, bits).value;
    return std::vector<float>(y.values().begin(), y.values().end());
  };
  const std::vector<float> rectified{0, 0.25F, 0.5F, 1, 3};
  CHECK(values(Stage::full_precision, 3) == rectified);
  CHECK(values(Stage::quantized_weights, 3) == rectified);
  CHECK(values(Stage::quantized, 1) == std::vector<float>{0, 1, 1, 1, 1});
  CHECK(values(Stage::quantized, 2) == std::vector<float>{0, 1, 2, 3, 3});  // 0.75 and 1.5, the tie to the even 2
  CHECK(values(Stage::quantized, 3) == std::vector<float>{0, 2, 4, 7, 7});  // 1.75, and 3.5 to the even 4
}

TEST_CASE("QReLU keeps one bit an element for its backward pass") {
  Tape<float> tape;
  const Index count = 1 << 15;
  const mog::Variable<float> x = tape.leaf(mog::random_tensor<float>({count}, 1));
  const std::size_t before = tape.arena().bytes_in_use();
  const Tensor<float> q = mog::qrelu(tape, x, 2).value;
  const std::size_t kept = tape.arena().bytes_in_use() - before - static_cast<std::size_t>(count) * sizeof(float);
  CHECK(kept >= static_cast<std::size_t>(count) / 8);
  CHECK(kept < static_cast<std::size_t>(count) / 8 + 1024);
}

TEST_CASE("ReLU shows a value that is no number") {
  Tape<float> tape;
  CHECK(std::isnan(mog::relu(tape, {Tensor<float>::filled({1}, std::nanf(""))}).value[0]));
}

TEST_CASE("k outside 1 to 8 is refused") {
  Tape<float> tape;
  const mog::Variable<float> x{Tensor<float>::filled({1}, 0)};
  CHECK_THROWS_WITH_AS(mog::qrelu(tape, x, 0), "qrelu: k = 0 bits, expected 1 to 8", std::invalid_argument);
  CHECK_THROWS_AS(mog::qrelu(tape, x, 9), std::invalid_argument);
}
