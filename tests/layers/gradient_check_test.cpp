// Gradients: the checker finds planted mistakes, and every operation passes its cases.
#include "layers/gradient_check.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>

#include "core/random.hpp"
#include "layers/gradient_suite.hpp"
#include "layers/linear.hpp"

using mog::GradientReport;
using mog::Index;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

/// y = sin(x), with a backward pass that is wrong by a factor, or by an offset at one element.
mog::CheckedFunction sine(double factor, Index element = -1, double offset = 0) {
  return [=](Tape<double>& tape, std::span<const Variable<double>> in) {
    const Tensor<double> x = in[0].value;
    const Tensor<double> y = tape.make(x.shape());
    for (Index i = 0; i < y.elements(); ++i) y[i] = std::sin(x[i]);
    return tape.record(y, {in[0].gradient}, [=, &tape, dx_sum = in[0].gradient](const Tensor<double>& dy) {
      const Tensor<double> dx = tape.make(dy.shape());
      for (Index i = 0; i < dx.elements(); ++i) {
        dx[i] = factor * std::cos(x[i]) * dy[i] + (i == element ? offset : 0);
      }
      dx_sum.add(dx);
    });
  };
}

Tensor<double> seven_numbers() { return mog::random_tensor<double>({7}, 1); }

}  // namespace

TEST_CASE("a right gradient passes with an error far below the tolerance") {
  const GradientReport report = mog::check_gradients(sine(1), {seven_numbers()});
  CHECK(report.passed);
  CHECK(report.checked == 7);
  CHECK(report.worst_absolute < 1e-9);
}

TEST_CASE("a gradient that is wrong by a ten-thousandth is found") {
  const GradientReport report = mog::check_gradients(sine(1.0001), {seven_numbers()});
  CHECK_FALSE(report.passed);
  CHECK(report.worst_relative > 0.5e-4);
}

TEST_CASE("one wrong element of many is found and named") {
  const GradientReport report = mog::check_gradients(sine(1, 3, 0.01), {seven_numbers()});
  CHECK_FALSE(report.passed);
  CHECK(report.worst.starts_with("input 0, element 3: "));
}

TEST_CASE("a gradient that is missing or not a number is found") {
  const auto forgets_one = [](Tape<double>& tape, std::span<const Variable<double>> in) {
    const Variable<double> kept = sine(1)(tape, in.subspan(0, 1));
    for (Index i = 0; i < kept.value.elements(); ++i) kept.value[i] += in[1].value[i];
    return kept;
  };
  CHECK_FALSE(mog::check_gradients(forgets_one, {seven_numbers(), seven_numbers()}).passed);
  CHECK_FALSE(mog::check_gradients(sine(std::numeric_limits<double>::quiet_NaN()), {seven_numbers()}).passed);
}

TEST_CASE("the gradients of a layer's parameters are checked beside those of the inputs") {
  mog::Parameters<double> p;
  mog::Linear<double> linear(p, "linear", {.in = 3, .out = 2});
  const auto with_bias_slope = [&](double factor) {
    return [&linear, factor](Tape<double>& tape, std::span<const Variable<double>> in) {
      mog::Pass<double> pass{.tape = tape};
      const Variable<double> y = linear(pass, in[0]);
      return tape.record(y.value, {y.gradient}, [&tape, factor, dy_sum = y.gradient](const Tensor<double>& dy) {
        const Tensor<double> scaled = tape.make(dy.shape());
        for (Index i = 0; i < dy.elements(); ++i) scaled[i] = factor * dy[i];
        dy_sum.add(scaled);
      });
    };
  };
  const Tensor<double> x = mog::random_tensor<double>({4, 3}, 2);
  const GradientReport right = mog::check_gradients(with_bias_slope(1), {x}, {.parameters = &p});
  CHECK(right.passed);
  CHECK(right.checked == 12 + 6 + 2);
  CHECK_FALSE(mog::check_gradients(with_bias_slope(1.01), {x}, {.parameters = &p}).passed);
}

TEST_CASE("a straight-through operation that differs from what it states is found, in value or in slope") {
  const Tensor<double> x = seven_numbers();
  const auto value = [x](Index i) { return std::sin(x[i]); };
  const auto slope = [x](std::size_t, Index i) { return std::cos(x[i]); };
  CHECK(mog::check_straight_through(sine(1), {x}, {.value = value, .slope = slope}).passed);
  CHECK_FALSE(mog::check_straight_through(sine(1.0000001), {x}, {.value = value, .slope = slope}).passed);
  CHECK_FALSE(mog::check_straight_through(sine(1), {x}, {.value = [](Index) { return 0.5; }, .slope = slope}).passed);
}

TEST_CASE("every smooth operation's gradient agrees with central differences on 20 shapes or more") {
  std::map<std::string, int> shapes;
  for (const mog::GradientCase& test : mog::smooth_gradient_cases()) {
    CAPTURE(test.operation);
    CAPTURE(test.shape);
    const GradientReport report = test.run();
    CAPTURE(report.worst);
    CHECK(report.checked > 0);
    CHECK(report.passed);
    ++shapes[test.operation];
  }
  for (const auto& entry : shapes) {
    CAPTURE(entry.first);
    CHECK(entry.second >= 20);
  }
  CHECK(shapes.size() == 22);
}

TEST_CASE("every straight-through operation gives what it states, on every tie and boundary") {
  for (const mog::GradientCase& test : mog::straight_through_gradient_cases()) {
    CAPTURE(test.operation);
    CAPTURE(test.shape);
    const GradientReport report = test.run();
    CAPTURE(report.worst);
    CHECK(report.checked > 0);
    CHECK(report.passed);
  }
}
