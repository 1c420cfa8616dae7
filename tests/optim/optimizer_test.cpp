// Adam and SGD against the published algorithms, written out in double without any folding.
#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"

using namespace mog;

namespace {

/// A gradient of a few orders of magnitude, the same for the same step and element.
double gradient_at(Index step, Index element) {
  Random random(5, Purpose::user, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(element));
  return std::ldexp(random.uniform(-1, 1), static_cast<int>(random.below(12)) - 8);
}

template <class T>
void set_gradient(Parameter<T>& parameter, Index step) {
  parameter.gradient = Tensor<T>(parameter.value.shape());
  for (Index e = 0; e < parameter.value.elements(); ++e) parameter.gradient[e] = static_cast<T>(gradient_at(step, e));
}

/// Kingma and Ba, Algorithm 1, line by line. Its epsilon stands beside the corrected root.
std::vector<double> adam_by_the_paper(std::vector<double> w, Index steps, double rate, const AdamOptions& o) {
  std::vector<double> m(w.size()), v(w.size());
  for (Index t = 1; t <= steps; ++t) {
    for (std::size_t e = 0; e < w.size(); ++e) {
      const double g = gradient_at(t, static_cast<Index>(e));
      m[e] = o.beta1 * m[e] + (1 - o.beta1) * g;
      v[e] = o.beta2 * v[e] + (1 - o.beta2) * g * g;
      const double m_hat = m[e] / (1 - std::pow(o.beta1, static_cast<double>(t)));
      const double v_hat = v[e] / (1 - std::pow(o.beta2, static_cast<double>(t)));
      w[e] -= rate * m_hat / (std::sqrt(v_hat) + o.epsilon);
    }
  }
  return w;
}

/// Largest difference between Adam<T> and the paper's algorithm after `steps` steps on n weights.
template <class T>
double adam_error(Index n, Index steps, const AdamOptions& options) {
  Parameters<T> parameters;
  Parameter<T>* w = parameters.add("w", {n}, Initial::uniform(1));
  std::vector<double> expected(w->value.values().begin(), w->value.values().end());
  Adam<T> adam(parameters, options);
  for (Index t = 1; t <= steps; ++t) {
    set_gradient(*w, t);
    adam.step(0.01);
  }
  expected = adam_by_the_paper(expected, steps, 0.01, options);
  double worst = 0;
  for (Index e = 0; e < n; ++e) {
    worst = std::max(worst, std::abs(static_cast<double>(w->value[e]) - expected[static_cast<std::size_t>(e)]));
  }
  return worst;
}

}  // namespace

TEST_CASE("Adam is Algorithm 1: in double to rounding, in float to a rounding a step") {
  // In float each of the t steps adds about 8 roundings to a move of at most lr = 0.01, and one to a weight below 2.
  for (const Index n : {1, 15, 16, 17, 1000, 40000}) {
    for (const Index steps : {1, 2, 20}) {
      CAPTURE(n);
      CAPTURE(steps);
      CHECK(adam_error<double>(n, steps, {}) < 1e-14 * static_cast<double>(steps));
      CHECK(adam_error<float>(n, steps, {}) < static_cast<double>(steps) * (8 * 0.01 + 2) * 0x1p-24);
    }
  }
  CHECK(adam_error<double>(7, 30, {.beta1 = 0, .beta2 = 0.5, .epsilon = 0.1}) < 1e-13);
}

TEST_CASE("the first step of Adam moves each weight by the learning rate against its gradient's sign") {
  Parameters<double> parameters;
  Parameter<double>* w = parameters.add("w", {2}, Initial::constant(1));
  Adam<double> adam(parameters);
  w->gradient = Tensor<double>::from({2}, {3, -0.01});
  adam.step(0.1);
  CHECK(w->value[0] == doctest::Approx(0.9).epsilon(1e-6));
  CHECK(w->value[1] == doctest::Approx(1.1).epsilon(1e-5));
}

TEST_CASE("a step counts once, however many parameters there are; one without a gradient stays where it is") {
  Parameters<float> parameters;
  Parameter<float>* a = parameters.add("a", {3}, Initial::constant(1));
  Parameter<float>* b = parameters.add("b", {2}, Initial::constant(1));
  Parameter<float>* c = parameters.add("c", {5}, Initial::constant(1));
  Adam<float> adam(parameters);
  set_gradient(*a, 1);
  set_gradient(*c, 1);
  adam.step(0.1);
  CHECK(adam.steps() == 1);
  CHECK(b->value[0] == 1);
  CHECK(c->value[0] != 1);
  CHECK(a->gradient.empty());
  const float before = a->value[0];
  adam.step(0.1);
  CHECK(adam.steps() == 2);
  CHECK(a->value[0] == before);
}

TEST_CASE("SGD adds its velocity; without momentum it is plain gradient descent") {
  Parameters<double> parameters;
  Parameter<double>* w = parameters.add("w", {1}, Initial::constant(1));
  const auto step = [&](Sgd<double>& sgd, double g) {
    w->gradient = Tensor<double>::filled({1}, g);
    sgd.step(0.1);
  };
  Sgd<double> heavy(parameters, {.momentum = 0.5});
  step(heavy, 2);
  CHECK(w->value[0] == doctest::Approx(1 - 0.1 * 2));
  step(heavy, 1);
  CHECK(w->value[0] == doctest::Approx(0.8 - 0.1 * (0.5 * 2 + 1)));
  Sgd<double> plain(parameters, {.momentum = 0});
  step(plain, 1);
  step(plain, 1);
  CHECK(w->value[0] == doctest::Approx(0.6 - 0.2));
}

TEST_CASE("copying state and steps continues as if nothing had happened; restart forgets") {
  Parameters<float> one(1), two(1);
  Parameter<float>* a = one.add("w", {50}, Initial::uniform(1));
  Parameter<float>* b = two.add("w", {50}, Initial::uniform(1));
  Adam<float> first(one), second(two);
  for (Index t = 1; t <= 3; ++t) set_gradient(*a, t), first.step(0.1);
  CHECK(first.state().size() == 2);
  CHECK(first.state()[0].name == "adam.m.w");
  CHECK(first.state()[1].name == "adam.v.w");
  for (std::size_t i = 0; i < 2; ++i) second.state()[i].value.copy_from(first.state()[i].value);
  second.set_steps(3);
  b->value.copy_from(a->value);
  set_gradient(*a, 4), first.step(0.1);
  set_gradient(*b, 4), second.step(0.1);
  CHECK(std::equal(a->value.values().begin(), a->value.values().end(), b->value.values().begin()));
  second.restart();
  CHECK(second.steps() == 0);
  CHECK(second.state()[1].value[0] == 0);
}

TEST_CASE("options and learning rates out of range are refused") {
  Parameters<float> parameters;
  parameters.add("w", {1}, Initial::constant(0));
  CHECK_THROWS_AS(Adam<float>(parameters, {.beta1 = 1}), std::invalid_argument);
  CHECK_THROWS_AS(Adam<float>(parameters, {.beta2 = -0.1}), std::invalid_argument);
  CHECK_THROWS_AS(Adam<float>(parameters, {.epsilon = 0}), std::invalid_argument);
  CHECK_THROWS_AS(Sgd<float>(parameters, {.momentum = 1}), std::invalid_argument);
  Adam<float> adam(parameters);
  CHECK_THROWS_AS(adam.step(NAN), std::invalid_argument);
  CHECK_THROWS_AS(adam.step(-1), std::invalid_argument);
  CHECK(adam.steps() == 0);
  parameters.add("late", {1}, Initial::constant(0));
  CHECK_THROWS_AS(adam.step(1), std::invalid_argument);
}

TEST_CASE("SGD's decay adds weight_decay w to the gradient of weights, by hand, and of no other parameter") {
  Parameters<double> parameters;
  Parameter<double>* w = parameters.add("w", {1}, Initial::constant(2));
  w->decays = true;
  Parameter<double>* gamma = parameters.add("gamma", {1}, Initial::constant(2));
  Sgd<double> sgd(parameters, {.momentum = 0.5, .weight_decay = 0.1});
  for (int step = 0; step < 2; ++step) {
    for (Parameter<double>* parameter : {w, gamma}) parameter->gradient = Tensor<double>::filled({1}, 1);
    sgd.step(0.1);
  }
  // u = 1.2, w = 1.88; u = 0.6 + 1 + 0.188 = 1.788, w = 1.7012.  gamma: u = 1, 1.9; u = 1.5, 1.75.
  CHECK(w->value[0] == doctest::Approx(1.7012).epsilon(1e-12));
  CHECK(gamma->value[0] == doctest::Approx(1.75).epsilon(1e-12));
  CHECK_THROWS_AS(Sgd<double>(parameters, {.weight_decay = -1}), std::invalid_argument);
}

TEST_CASE("decoupled decay shrinks weights by the learning rate's share before their step, and no other parameter") {
  const auto after = [](double decay) {
    Parameters<double> parameters;
    Parameter<double>* w = parameters.add("w", {3}, Initial::uniform(1));
    w->decays = true;
    Parameter<double>* gamma = parameters.add("gamma", {3}, Initial::constant(2));
    Adam<double> adam(parameters, {.weight_decay = decay});
    set_gradient(*w, 1);
    set_gradient(*gamma, 1);
    adam.step(0.01);
    return std::pair{w->value, gamma->value};
  };
  Parameters<double> parameters;
  const Tensor<double> initial = parameters.add("w", {3}, Initial::uniform(1))->value;
  const auto [plain_w, plain_gamma] = after(0);
  const auto [w, gamma] = after(0.5);
  for (Index e = 0; e < 3; ++e) {
    CHECK(w[e] == doctest::Approx(plain_w[e] - 0.01 * 0.5 * initial[e]).epsilon(1e-14));
    CHECK(gamma[e] == plain_gamma[e]);
  }
  CHECK_THROWS_AS(after(-1), std::invalid_argument);
}
