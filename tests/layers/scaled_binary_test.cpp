// Scaled binary weights against the formulas of their header, and against central differences of the scale's part.
#include "layers/scaled_binary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "layers/gradient_check.hpp"

using mog::Index;
using mog::Initial;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

TEST_CASE("weights and gradient are those of the header's formulas, zeros, bounds and large weights included") {
  for (const Shape& shape : {Shape{1, 1}, Shape{4, 3}, Shape{1, 3, 3, 5, 17}, Shape{1, 3, 3, 16, 32}}) {
    CAPTURE(shape);
    Tensor<double> w = mog::random_tensor<double>(shape, 1, -1.5, 1.5);
    const std::vector<double> special{0.0, -0.0, 1.0, -1.0, std::nextafter(1.0, 2.0), -2.0};
    for (std::size_t i = 0; i < special.size() && static_cast<Index>(i) < w.elements(); ++i) {
      w[static_cast<Index>(i)] = special[i];
    }
    const Index rows = w.rows(), outputs = w.channels();
    Tape<double> tape;
    const Variable<double> proxy = tape.leaf(w);
    const Variable<double> q = mog::scaled_binarize(tape, proxy);
    REQUIRE(q.shape() == shape);
    const Tensor<double> dq = mog::random_tensor<double>(shape, 2);
    tape.backward(q, dq);
    const Tensor<double> dw = proxy.gradient.take();
    for (Index o = 0; o < outputs; ++o) {
      double scale = 0, shared = 0;
      const auto sign = [&](Index r) { return w[r * outputs + o] >= 0 ? 1.0 : -1.0; };
      for (Index r = 0; r < rows; ++r) {
        scale += std::abs(w[r * outputs + o]) / static_cast<double>(rows);
        shared += sign(r) * dq[r * outputs + o] / static_cast<double>(rows);
      }
      for (Index r = 0; r < rows; ++r) {
        const Index i = r * outputs + o;
        CHECK(std::abs(q.value[i] - scale * sign(r)) < 1e-14);
        const double through = std::abs(w[i]) <= 1 ? scale * dq[i] : 0;
        CHECK(std::abs(dw[i] - (through + sign(r) * shared)) < 1e-14);
      }
    }
  }
}

TEST_CASE("where no sign's gradient passes, the gradient is the derivative") {
  Tensor<double> w = mog::random_tensor<double>({6, 5}, 3);
  for (double& value : w.values()) value += value >= 0 ? 1.5 : -1.5;
  const auto report = mog::check_gradients(
      [](Tape<double>& tape, std::span<const Variable<double>> in) { return mog::scaled_binarize(tape, in[0]); }, {w});
  CHECK_MESSAGE(report.passed, report.worst);
}

TEST_CASE("the source is the parameter in full precision, a bit a weight, and refuses groups") {
  Parameters<float> p;
  const auto source = mog::scaled_binary_weights<float>(p, {"w", {6, 5}, Initial::uniform(1)});
  CHECK(source->kind() == "scaled-binary");
  CHECK(source->storage().stored == 30);
  CHECK(source->storage().bits == 1);
  CHECK(p.find("w")->decays);
  Tape<float> tape;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    Pass<float> pass{.tape = tape, .stage = stage};
    const Tensor<float> w = source->weights(pass).value;
    if (stage == Stage::full_precision) {
      CHECK(w.data() == p.find("w")->value.data());
    } else {
      CHECK(std::abs(w[0]) == std::abs(w[5]));
    }
  }
  CHECK_THROWS_WITH_AS(mog::scaled_binary_weights<float>(p, {"g", {2, 3, 3, 6, 5}, Initial::uniform(1)}),
                       "g: scaled binary weights of shape [2, 3, 3, 6, 5], expected [C, O] or [1, 3, 3, C, O]",
                       std::invalid_argument);
  const Tensor<float> broken = Tensor<float>::filled({2, 2}, std::numeric_limits<float>::quiet_NaN());
  CHECK(std::isnan(mog::scaled_binarize(tape, {broken}).value[3]));
}
