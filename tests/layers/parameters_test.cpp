// Parameters: names, initial numbers, the beginning of an epoch, gradients.
#include "layers/parameters.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

using mog::Index;
using mog::Initial;
using mog::Parameters;

TEST_CASE("Glorot's bound is sqrt(6 / (fan-in + fan-out)), and numbers fill it evenly") {
  const Initial initial = Initial::glorot(30, 24);
  CHECK(initial.value == doctest::Approx(1.0 / 3));
  Parameters<float> p;
  const auto* w = p.add("w", {300, 100}, initial);
  double sum = 0, largest = 0;
  for (const float value : w->value.values()) {
    sum += value;
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  CHECK(largest <= 1.0 / 3);
  CHECK(largest > 0.99 / 3);
  CHECK(std::abs(sum / 30000) < 5 * (1.0 / 3) / std::sqrt(3.0 * 30000));  // five standard errors
  CHECK_THROWS_AS(Initial::glorot(0, 0), std::invalid_argument);
}

TEST_CASE("initial numbers are a function of seed and position, and float's are double's rounded") {
  const auto first_of = [](auto number, std::uint64_t seed, int position) {
    using T = decltype(number);
    Parameters<T> p(seed);
    for (int i = 0; i < position; ++i) p.add(std::to_string(i), {2}, Initial::constant(0));
    return p.add("w", {5}, Initial::uniform(0.7))->value[3];
  };
  CHECK(first_of(0.0, 1, 0) == first_of(0.0, 1, 0));
  CHECK(first_of(0.0, 1, 0) != first_of(0.0, 1, 1));
  CHECK(first_of(0.0, 1, 0) != first_of(0.0, 2, 0));
  CHECK(first_of(0.0F, 1, 0) == static_cast<float>(first_of(0.0, 1, 0)));
}

TEST_CASE("parameters and buffers keep their order and their addresses") {
  Parameters<float> p;
  auto* first = p.add("a", {2}, Initial::constant(1));
  for (int i = 0; i < 100; ++i) p.add(std::to_string(i), {1}, Initial::constant(0));
  p.add_buffer("mean", {3}, 0.5F);
  CHECK(first == &p.trained()[0]);
  CHECK(p.trained()[100].name == "99");
  CHECK(p.buffers()[0].value[2] == 0.5F);
}

TEST_CASE("a name is taken once, by a parameter or a buffer") {
  Parameters<float> p;
  p.add("a", {1}, Initial::constant(0));
  p.add_buffer("b", {1}, 0);
  CHECK_THROWS_WITH_AS(p.add("a", {1}, Initial::constant(0)), "parameters: the name a is taken", std::invalid_argument);
  CHECK_THROWS_AS(p.add("b", {1}, Initial::constant(0)), std::invalid_argument);
  CHECK_THROWS_AS(p.add_buffer("a", {1}, 0), std::invalid_argument);
  CHECK_THROWS_AS(p.add("c", {0}, Initial::constant(0)), std::invalid_argument);
}

TEST_CASE("what was asked for happens at the beginning of each epoch, in that order") {
  Parameters<float> p;
  std::string said;
  p.on_epoch([&] { said += "a"; });
  p.on_epoch([&] { said += "b"; });
  CHECK(said.empty());
  p.begin_epoch();
  p.begin_epoch();
  CHECK(said == "abab");
}

TEST_CASE("parameters and buffers are found by name") {
  Parameters<float> p;
  auto* w = p.add("w", {2}, Initial::constant(1));
  auto* mean = p.add_buffer("mean", {2}, 0);
  CHECK(p.find("w") == w);
  CHECK(p.find("mean") == nullptr);
  CHECK(p.find_buffer("mean") == mean);
  CHECK(p.find_buffer("w") == nullptr);
}

TEST_CASE("a network larger than its limit is refused before its memory is asked for") {
  Parameters<float> p;
  p.set_limit(10);
  p.add("a", {2, 3}, Initial::constant(0));
  CHECK_THROWS_WITH_AS(p.add("b", {mog::Index{1} << 50}, Initial::constant(0)),
                       "parameters: b of shape [1125899906842624] is more than 4 numbers, which is all that there is "
                       "room for",
                       mog::TooManyParameters);
  CHECK_NOTHROW(p.add("c", {4}, Initial::constant(0)));
  CHECK_THROWS_AS(p.add("d", {1}, Initial::constant(0)), mog::TooManyParameters);
}

TEST_CASE("gradients gather in the parameter until they are cleared") {
  Parameters<double> p;
  auto* w = p.add("w", {2}, Initial::constant(1));
  const auto g = mog::Tensor<double>::filled({2}, 3);
  w->variable().gradient.add(g);
  w->variable().gradient.add(g);
  CHECK(w->gradient[1] == 6);
  CHECK(g[1] == 3);
  p.clear_gradients();
  CHECK(w->gradient.empty());
}
