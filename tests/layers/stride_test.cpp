// Stride 2: the convolutions with stride 1 at every second row and column, to the bit where the order of
// sums is the same.
#include "layers/stride.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "layers/conv.hpp"

using mog::Index;
using mog::Shape;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

/// x at every second row and column, by its definition.
template <class T>
Tensor<T> thinned(const Tensor<T>& x) {
  const Shape s = x.shape();
  Tensor<T> y({s[0], s[1] / 2, s[2] / 2, s[3]});
  for (Index n = 0; n < s[0]; ++n) {
    for (Index i = 0; i < s[1] / 2; ++i) {
      for (Index j = 0; j < s[2] / 2; ++j) {
        for (Index c = 0; c < s[3]; ++c) {
          y[((n * (s[1] / 2) + i) * (s[2] / 2) + j) * s[3] + c] = x[((n * s[1] + 2 * i) * s[2] + 2 * j) * s[3] + c];
        }
      }
    }
  }
  return y;
}

double distance(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (Index i = 0; i < a.elements(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE(
    "a convolution with stride 2 is the one with stride 1 at every second pixel, for any groups and either kernel") {
  for (const auto& [h, w, groups, in, out] :
       {std::array<Index, 5>{2, 2, 1, 1, 1}, {4, 6, 1, 3, 5}, {8, 2, 1, 17, 33}, {6, 8, 2, 3, 2}, {4, 4, 8, 1, 1}}) {
    Tape<double> tape;
    const Variable<double> x{mog::random_tensor<double>({2, h, w, groups * in}, 1)};
    const Variable<double> kernel{mog::random_tensor<double>({groups, 3, 3, in, out}, 2)};
    const Variable<double> matrix{mog::random_tensor<double>({groups * in, out}, 3)};
    CHECK(distance(mog::conv3x3_stride2(tape, x, kernel).value, thinned(mog::conv3x3(tape, x, kernel).value)) < 1e-12);
    CHECK(distance(mog::pointwise(tape, mog::every_second(tape, x), matrix).value,
                   thinned(mog::pointwise(tape, x, matrix).value)) < 1e-12);
  }
}

TEST_CASE("a depthwise convolution with stride 2 has both gradients of the one with stride 1 at every second pixel") {
  const Tensor<double> map = mog::random_tensor<double>({3, 6, 4, 5}, 1),
                       taps = mog::random_tensor<double>({5, 3, 3, 1, 1}, 2);
  const Tensor<double> dy = mog::random_tensor<double>({3, 3, 2, 5}, 3);
  const auto gradients = [&](const auto& run) {
    Tape<double> tape;
    const auto x = tape.leaf(map), w = tape.leaf(taps);
    tape.backward(run(tape, x, w), dy);
    return std::pair{x.gradient.take(), w.gradient.take()};
  };
  const auto [dx, dw] = gradients([](auto& tape, auto& x, auto& w) { return mog::depthwise_stride2(tape, x, w); });
  const auto [whole_dx, whole_dw] =
      gradients([](auto& tape, auto& x, auto& w) { return mog::every_second(tape, mog::conv3x3(tape, x, w)); });
  CHECK(distance(dx, whole_dx) < 1e-13);
  CHECK(distance(dw, whole_dw) < 1e-13);
  Tape<double> tape;
  CHECK_THROWS_WITH_AS(mog::depthwise_stride2<double>(tape, {map}, {dy}), doctest::Contains("expected [5, 3, 3, 1, 1]"),
                       std::invalid_argument);
}

TEST_CASE("a layer takes its stride, and says so in its report") {
  mog::Parameters<float> p;
  mog::Conv<float> conv(p, "conv", {.in = 3, .out = 4, .kernel = 3, .stride = 2});
  Tape<float> tape;
  int reports = 0;
  mog::Pass<float> pass{.tape = tape, .observer = [&](const mog::LayerReport& report, const auto& y) {
                          ++reports;
                          CHECK(report.kind == "3x3 full stride 2");
                          CHECK(report.macs == 4 * 3 * 27 * 4);  // 4 x 3 outputs
                          CHECK(y.shape() == Shape{2, 4, 3, 4});
                        }};
  conv(pass, {mog::random_tensor<float>({2, 8, 6, 3}, 1)});
  CHECK(reports == 1);
  CHECK_THROWS_WITH_AS(mog::Conv<float>(p, "other", {.in = 3, .out = 4, .stride = 3}),
                       "other: stride 3, expected 1 or 2", std::invalid_argument);
}

TEST_CASE("codes in bytes are read as numbers") {
  Tape<float> tape;
  Tensor<std::uint8_t> codes({1, 2, 2, 2});
  for (Index i = 0; i < codes.elements(); ++i) codes[i] = static_cast<std::uint8_t>(i);
  const Variable<float> x = tape.leaf(codes);
  const Tensor<float> y = mog::every_second(tape, x).value;
  CHECK(y.shape() == Shape{1, 1, 1, 2});
  CHECK(y[1] == 1);
}

TEST_CASE("maps of odd height or width are refused by shape") {
  Tape<float> tape;
  for (const Shape& shape : {Shape{1, 3, 4, 2}, Shape{1, 4, 3, 2}}) {
    const Variable<float> x{mog::random_tensor<float>(shape, 1)};
    CHECK_THROWS_WITH_AS(mog::every_second(tape, x), doctest::Contains("with even H and W"), std::invalid_argument);
    CHECK_THROWS_AS(mog::patches_stride2(tape, x), std::invalid_argument);
  }
}
