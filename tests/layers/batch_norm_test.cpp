// Batch normalisation: statistics of the batch, running statistics, the folded map; gradients in gradient_check_test.
#include "layers/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"

using mog::BatchNorm;
using mog::Index;
using mog::Parameters;
using mog::Pass;
using mog::Tape;
using mog::Tensor;

namespace {

double mean_of(const Tensor<double>& x, Index c) {
  double sum = 0;
  for (Index p = 0; p < x.rows(); ++p) sum += x[p * x.channels() + c];
  return sum / static_cast<double>(x.rows());
}

/// The biased variance.
double variance_of(const Tensor<double>& x, Index c) {
  const double mean = mean_of(x, c);
  double sum = 0;
  for (Index p = 0; p < x.rows(); ++p) sum += std::pow(x[p * x.channels() + c] - mean, 2);
  return sum / static_cast<double>(x.rows());
}

}  // namespace

TEST_CASE("in training each channel gets mean beta and variance gamma^2 var / (var + epsilon)") {
  Parameters<double> p;
  BatchNorm<double> norm(p, "norm", {.channels = 5});
  p.trained()[0].value.fill(2);
  p.trained()[1].value.fill(-3);
  Tape<double> tape;
  Pass<double> pass{.tape = tape};
  const Tensor<double> x = mog::random_tensor<double>({3, 4, 4, 5}, 1, 0.0, 4.0);
  const Tensor<double> y = norm(pass, {x}).value;
  for (Index c = 0; c < 5; ++c) {
    const double variance = variance_of(x, c);
    CHECK(mean_of(y, c) == doctest::Approx(-3));
    CHECK(variance_of(y, c) == doctest::Approx(4 * variance / (variance + 1e-3)));
  }
}

TEST_CASE("running statistics start at 0 and 1 and move by 1 - momentum to the batch's biased ones") {
  Parameters<double> p;
  BatchNorm<double> norm(p, "norm", {.channels = 2, .momentum = 0.75});
  Tape<double> tape;
  Pass<double> pass{.tape = tape};
  double mean = 0, variance = 1;
  for (std::uint64_t step = 1; step <= 3; ++step) {
    const Tensor<double> x = mog::random_tensor<double>({2, 3, 3, 2}, step, 1.0, 5.0);
    norm(pass, {x});
    mean = 0.75 * mean + 0.25 * mean_of(x, 1);
    variance = 0.75 * variance + 0.25 * variance_of(x, 1);
    CHECK(p.buffers()[0].name == "norm.mean");
    CHECK(p.buffers()[0].value[1] == doctest::Approx(mean));
    CHECK(p.buffers()[1].name == "norm.variance");
    CHECK(p.buffers()[1].value[1] == doctest::Approx(variance));
  }
}

TEST_CASE("momentum and epsilon are Keras' unless asked otherwise") {
  const mog::BatchNormOptions options{.channels = 1};
  CHECK(options.momentum == 0.99);
  CHECK(options.epsilon == 1e-3);
}

TEST_CASE("evaluation is one fused multiply-add with what affine() returns, to the bit") {
  Parameters<float> p;
  BatchNorm<float> norm(p, "norm", {.channels = 7});
  std::uint64_t seed = 1;
  for (auto& parameter : p.trained()) parameter.value.copy_from(mog::random_tensor<float>({7}, ++seed));
  for (auto& buffer : p.buffers()) buffer.value.copy_from(mog::random_tensor<float>({7}, ++seed, 0.1F, 2.0F));
  Tape<float> tape;
  Pass<float> pass{.tape = tape, .training = false};
  const Tensor<float> x = mog::random_tensor<float>({2, 5, 3, 7}, 9, -50.0F, 50.0F);
  const Tensor<float> y = norm(pass, {x}).value;
  Tensor<float> scale, shift;
  norm.affine(scale, shift);
  for (Index i = 0; i < y.elements(); ++i) REQUIRE(y[i] == std::fma(x[i], scale[i % 7], shift[i % 7]));
  for (Index c = 0; c < 7; ++c) {
    const double expected = p.trained()[0].value[c] / std::sqrt(p.buffers()[1].value[c] + 1e-3);
    CHECK(scale[c] == doctest::Approx(expected).epsilon(1e-7));
    CHECK(shift[c] == doctest::Approx(p.trained()[1].value[c] - p.buffers()[0].value[c] * expected).epsilon(1e-6));
  }
}

TEST_CASE("without a wish for the input's gradient the parameters still get theirs") {
  for (const bool training : {true, false}) {
    Parameters<double> p;
    BatchNorm<double> norm(p, "norm", {.channels = 3});
    Tape<double> tape;
    Pass<double> pass{.tape = tape, .training = training};
    const auto y = norm(pass, {mog::random_tensor<double>({4, 3}, 1)});
    tape.backward(y, Tensor<double>::filled({4, 3}, 1));
    CHECK(p.trained()[1].gradient[2] == 4);
    CHECK_FALSE(p.trained()[0].gradient.empty());
  }
}

TEST_CASE("other channels, a single row in training and impossible options are refused") {
  Parameters<float> p;
  BatchNorm<float> norm(p, "norm", {.channels = 3});
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  CHECK_THROWS_WITH_AS(norm(pass, {mog::random_tensor<float>({2, 4}, 1)}),
                       "norm: x has shape [2, 4], expected [..., 3]", std::invalid_argument);
  CHECK_THROWS_WITH_AS(norm(pass, {mog::random_tensor<float>({1, 3}, 1)}),
                       "norm: training on 1 row, expected at least 2", std::invalid_argument);
  pass.training = false;
  CHECK_NOTHROW(norm(pass, {mog::random_tensor<float>({1, 3}, 1)}));
  CHECK_THROWS_AS(BatchNorm<float>(p, "a", {.channels = 0}), std::invalid_argument);
  CHECK_THROWS_AS(BatchNorm<float>(p, "b", {.channels = 1, .momentum = 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(BatchNorm<float>(p, "c", {.channels = 1, .epsilon = 0}), std::invalid_argument);
}
