// The fully connected layer by hand; gradients are in gradient_check_test.
#include "layers/linear.hpp"

#include <doctest/doctest.h>

#include <vector>

using mog::Linear;
using mog::Parameters;
using mog::Tape;
using mog::Tensor;

TEST_CASE("y = x w + b") {
  Parameters<double> p;
  Linear<double> linear(p, "fc", {.in = 2, .out = 3});
  CHECK(p.trained()[0].name == "fc.weight");
  CHECK(p.trained()[1].name == "fc.bias");
  p.trained()[0].value.copy_from(Tensor<double>::from({2, 3}, {1, 2, 3, 4, 5, 6}));
  p.trained()[1].value.copy_from(Tensor<double>::from({3}, {10, 20, 30}));
  Tape<double> tape;
  mog::Pass<double> pass{.tape = tape};
  const Tensor<double> y = linear(pass, {Tensor<double>::from({2, 2}, {1, 1, 0, -1})}).value;
  CHECK(std::vector<double>(y.values().begin(), y.values().end()) == std::vector<double>{15, 27, 39, 6, 15, 24});
}

TEST_CASE("without a bias there is one parameter and no constant") {
  Parameters<float> p;
  Linear<float> linear(p, "fc", {.in = 2, .out = 3, .bias = false}, mog::ternary_weights<float>);
  CHECK(p.trained().size() == 1);
  Tape<float> tape;
  int reports = 0;
  mog::Pass<float> pass{.tape = tape, .observer = [&](const mog::LayerReport& report, const auto&) {
                          ++reports;
                          CHECK(report.kind == "linear ternary");
                          CHECK(report.weights.stored == 6);
                          CHECK(report.macs == 6);
                          CHECK(report.constants == 0);
                        }};
  linear(pass, {Tensor<float>::filled({5, 2}, 1)});
  CHECK(reports == 1);
}

TEST_CASE("other inputs and impossible options are refused") {
  Parameters<float> p;
  Linear<float> linear(p, "fc", {.in = 2, .out = 3});
  Tape<float> tape;
  mog::Pass<float> pass{.tape = tape};
  CHECK_THROWS_AS(linear(pass, {Tensor<float>::filled({5, 3}, 1)}), std::invalid_argument);
  CHECK_THROWS_AS(Linear<float>(p, "other", {.in = 0, .out = 3}), std::invalid_argument);
}
