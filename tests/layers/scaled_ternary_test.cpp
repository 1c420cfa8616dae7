// Scaled ternary weights against the formulas of their header; what the source is in each stage, and while frozen.
#include "layers/scaled_ternary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/random.hpp"

using mog::Index;
using mog::Initial;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;

TEST_CASE("weights are those of the header's formulas, and their gradient is passed on as it is") {
  for (const Shape& shape : {Shape{1, 1}, Shape{4, 3}, Shape{31, 1}, Shape{65, 17}, Shape{2, 3, 3, 5, 17}}) {
    CAPTURE(shape);
    const Tensor<double> w = mog::random_tensor<double>(shape, 1, -1.5, 1.5);
    if (w.elements() > 2) w[1] = 0;
    double mean = 0, scale = 0;
    for (const double value : w.values()) mean += std::abs(value) / static_cast<double>(w.elements());
    Index kept = 0;
    for (const double value : w.values()) {
      if (std::abs(value) <= 0.7 * mean) continue;
      scale += std::abs(value);
      ++kept;
    }
    scale /= static_cast<double>(kept);
    Tape<double> tape;
    const auto proxy = tape.leaf(w);
    const auto q = mog::scaled_ternarize(tape, proxy);
    REQUIRE(q.shape() == shape);
    const Tensor<double> dq = mog::random_tensor<double>(shape, 2);
    tape.backward(q, dq);
    const Tensor<double> dw = proxy.gradient.take();
    for (Index i = 0; i < w.elements(); ++i) {
      const double expected = std::abs(w[i]) <= 0.7 * mean ? 0 : w[i] < 0 ? -scale : scale;
      CHECK(std::abs(q.value[i] - expected) < 1e-14);
      CHECK(dw[i] == dq[i]);
    }
  }
}

TEST_CASE("the threshold is 0.7 of the mean, of which weights on it are not kept; zeros stay zeros") {
  Tape<double> tape;
  const auto q = mog::scaled_ternarize<double>(tape, {Tensor<double>::from({4}, {0.7, -0.3, 1, -2})}).value;
  CHECK(q[0] == 0);
  CHECK(q[1] == 0);
  CHECK(q[2] == 1.5);
  CHECK(q[3] == -1.5);
  const auto zeros = mog::scaled_ternarize<double>(tape, {Tensor<double>::filled({3}, 0)}).value;
  for (const double value : zeros.values()) CHECK(value == 0);
}

TEST_CASE("weights that are no numbers, infinite or none are refused") {
  Tape<float> tape;
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor<float> w = Tensor<float>::filled({5}, 1);
    w[3] = bad;
    CHECK_THROWS_AS(mog::scaled_ternarize<float>(tape, {w}), mog::NumericError);
  }
  CHECK_THROWS_WITH_AS(mog::scaled_ternarize<float>(tape, {Tensor<float>({0})}),
                       "scaled_ternarize: weights of shape [0], expected at least one", std::invalid_argument);
}

TEST_CASE("the source is the parameter in full precision, ternary later, and gets no gradient while frozen") {
  Parameters<float> p;
  const auto source = mog::scaled_ternary_weights<float>(p, {"w", {6, 5}, Initial::uniform(1)});
  CHECK(source->kind() == "scaled-ternary");
  CHECK(source->storage().stored == 30);
  CHECK(source->storage().bits == 2);
  CHECK(p.find("w")->decays);
  Tape<float> tape;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    for (const bool frozen : {false, true}) {
      p.set_frozen(frozen);
      Pass<float> pass{.tape = tape, .stage = stage};
      const auto w = source->weights(pass);
      CHECK((w.value.data() == p.find("w")->value.data()) == (stage == Stage::full_precision));
      CHECK(static_cast<bool>(w.gradient) == (stage == Stage::full_precision || !frozen));
    }
  }
}
