// Convolutions against sums written out, what they keep for the backward pass, what they refuse.
#include "layers/conv.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"

using mog::ConvOptions;
using mog::Index;
using mog::Shape;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

/// y[n, h, w, g Q + q] summed in the order of the definition.
Tensor<double> convolve(const Tensor<double>& x, const Tensor<double>& w) {
  const Index images = x.shape()[0], height = x.shape()[1], width = x.shape()[2], in = x.shape()[3];
  const Index groups = w.shape()[0], inputs = w.shape()[3], outputs = w.shape()[4];
  Tensor<double> y({images, height, width, groups * outputs});
  for (Index i = 0; i < y.elements(); ++i) {
    const Index o = i % (groups * outputs), pixel = i / (groups * outputs);
    const Index g = o / outputs, q = o % outputs, column = pixel % width, row = pixel / width % height;
    y[i] = 0;
    for (Index r = -1; r <= 1; ++r) {
      for (Index s = -1; s <= 1; ++s) {
        if (row + r < 0 || row + r >= height || column + s < 0 || column + s >= width) continue;
        for (Index c = 0; c < inputs; ++c) {
          y[i] += x[(pixel + r * width + s) * in + g * inputs + c] *
                  w[(((g * 3 + r + 1) * 3 + s + 1) * inputs + c) * outputs + q];
        }
      }
    }
  }
  return y;
}

/// Bytes that the tape holds after f, beside its result.
template <class F>
std::size_t bytes_kept(Tape<double>& tape, const F& f) {
  const std::size_t before = tape.arena().bytes_in_use();
  const Variable<double> y = f();
  return tape.arena().bytes_in_use() - before - static_cast<std::size_t>(y.value.elements()) * sizeof(double);
}

}  // namespace

TEST_CASE("a grouped 3x3 convolution is its definition") {
  Tape<double> tape;
  for (const Index groups : {1, 2, 3, 6}) {
    const Tensor<double> x = mog::random_tensor<double>({2, 4, 5, 6}, 1);
    const Tensor<double> w = mog::random_tensor<double>({groups, 3, 3, 6 / groups, 12 / groups}, 2);
    const Tensor<double> y = mog::conv3x3(tape, {x}, {w}).value, expected = convolve(x, w);
    REQUIRE(y.shape() == expected.shape());
    for (Index i = 0; i < y.elements(); ++i) CHECK(y[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  }
}

TEST_CASE("a pointwise convolution is a matrix product over rows of any rank") {
  Tape<double> tape;
  const Tensor<double> w = mog::random_tensor<double>({3, 2}, 2);
  for (const Shape& shape : {Shape{4, 3}, Shape{2, 2, 3}, Shape{1, 2, 2, 3}}) {
    const Tensor<double> x = mog::random_tensor<double>(shape, 1);
    const Tensor<double> y = mog::pointwise(tape, {x}, {w}).value;
    CHECK(y.shape() == shape.with_channels(2));
    for (Index p = 0; p < 4; ++p) {
      for (Index o = 0; o < 2; ++o) {
        const double expected = x[3 * p] * w[o] + x[3 * p + 1] * w[2 + o] + x[3 * p + 2] * w[4 + o];
        CHECK(y[2 * p + o] == doctest::Approx(expected).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("sums of codes and ternary weights are exact integers in float") {
  Tape<float> tape;
  const Tensor<float> x = mog::random_tensor<float>({1, 6, 6, 64}, 1, 0.0F, 8.0F);
  for (float& q : x.values()) q = std::floor(q);
  const Tensor<float> w = mog::random_tensor<float>({1, 3, 3, 64, 16}, 2, -1.5F, 1.5F);
  for (float& t : w.values()) t = std::nearbyint(t);
  Tensor<double> exact_x(x.shape()), exact_w(w.shape());
  for (Index i = 0; i < x.elements(); ++i) exact_x[i] = x[i];
  for (Index i = 0; i < w.elements(); ++i) exact_w[i] = w[i];
  const Tensor<float> y = mog::conv3x3(tape, {x}, {w}).value;
  const Tensor<double> expected = convolve(exact_x, exact_w);
  for (Index i = 0; i < y.elements(); ++i) REQUIRE(static_cast<double>(y[i]) == expected[i]);
}

TEST_CASE("x is kept only for the weights' gradient, the weights only for the input's") {
  Tape<double> tape;
  const auto x_bytes = 4096 * sizeof(double);
  const Tensor<double> w = mog::random_tensor<double>({64, 2}, 2);
  Tensor<double> slot;
  // Whoever made x lets go of it, so that only the convolution can keep it.
  const auto kept = [&](bool want_dx, bool want_dw) {
    const std::size_t bytes = bytes_kept(tape, [&] {
      Variable<double> x{tape.make({64, 64})};
      x.value.fill(1);
      if (want_dx) x.gradient = tape.leaf(w).gradient;
      return mog::pointwise(tape, x, {w, want_dw ? mog::Gradient<double>(&slot) : mog::Gradient<double>()});
    });
    tape.reset();
    return bytes;
  };
  CHECK(kept(false, false) < x_bytes / 4);
  CHECK(kept(true, false) < x_bytes / 4);
  CHECK(kept(false, true) >= x_bytes);
}

TEST_CASE("gradients that nobody wants are not computed") {
  Tape<double> tape;
  const Tensor<double> weights = mog::random_tensor<double>({1, 3, 3, 2, 2}, 2);
  const Variable<double> x = tape.leaf(mog::random_tensor<double>({1, 4, 4, 2}, 1));
  const Variable<double> y = mog::conv3x3(tape, x, {weights});
  tape.backward(y, y.value);
  CHECK(x.gradient.take().shape() == Shape{1, 4, 4, 2});
}

TEST_CASE("a layer's weights begin as Glorot uniform over what one output sums and one input reaches") {
  mog::Parameters<double> p;
  const mog::Conv<double> conv(p, "conv", {.in = 16, .out = 32, .kernel = 3, .groups = 4});
  REQUIRE(p.find("conv.weight") != nullptr);
  const Tensor<double> weight = p.find("conv.weight")->value;
  CHECK(weight.shape() == Shape{4, 3, 3, 4, 8});
  const double bound = std::sqrt(6.0 / (9 * 4 + 9 * 8));
  double largest = 0;
  for (const double w : weight.values()) largest = std::max(largest, std::abs(w));
  CHECK(largest <= bound);
  CHECK(largest > 0.98 * bound);
}

TEST_CASE("a layer computes with quantized weights in the quantized runs") {
  mog::Parameters<double> p;
  mog::Conv<double> conv(p, "conv", {.in = 4, .out = 3}, mog::binary_weights<double>);
  Tape<double> tape;
  const auto ones = Tensor<double>::filled({1, 1, 1, 4}, 1);
  mog::Pass<double> pass{.tape = tape, .stage = mog::Stage::quantized_weights};
  const Tensor<double> sums = conv(pass, {ones}).value;
  for (const double y : sums.values()) CHECK((y == std::round(y) && std::abs(y) <= 4));
}

TEST_CASE("wrong shapes and options are refused") {
  Tape<double> tape;
  const Variable<double> x{mog::random_tensor<double>({2, 4, 4, 6}, 1)};
  const auto weight = [](const Shape& shape) { return Variable<double>{mog::random_tensor<double>(shape, 2)}; };
  CHECK_THROWS_WITH_AS(mog::pointwise(tape, x, weight({5, 2})),
                       "pointwise: x has shape [2, 4, 4, 6], expected [..., 5]", std::invalid_argument);
  CHECK_THROWS_AS(mog::pointwise(tape, x, weight({6})), std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::conv3x3(tape, x, weight({2, 3, 3, 2, 2})),
                       "conv3x3: x has shape [2, 4, 4, 6], expected [N, H, W, 4]", std::invalid_argument);
  CHECK_THROWS_AS(mog::conv3x3(tape, x, weight({1, 5, 5, 6, 2})), std::invalid_argument);
  CHECK_THROWS_AS(mog::conv3x3(tape, {mog::random_tensor<double>({4, 6}, 1)}, weight({1, 3, 3, 6, 2})),
                  std::invalid_argument);

  const auto make = [](const ConvOptions& options) {
    mog::Parameters<double> p;
    const mog::Conv<double> conv(p, "stem", options);
  };
  CHECK_THROWS_WITH_AS(make({.in = 4, .out = 4, .kernel = 5}), "stem: kernel 5, expected 1 or 3",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({.in = 4, .out = 6, .kernel = 3, .groups = 4}),
                       "stem: 4 groups, expected a divisor of 4 and 6 channels", std::invalid_argument);
  CHECK_THROWS_AS(make({.in = 4, .out = 4, .groups = 2}), std::invalid_argument);
  CHECK_THROWS_AS(make({.in = 0, .out = 4}), std::invalid_argument);
}
