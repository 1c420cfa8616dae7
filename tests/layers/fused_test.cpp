// Operations that do the work of several in one pass over memory give those several's bits, forward and backward.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/batch_norm.hpp"
#include "layers/residual.hpp"

using mog::BatchNorm;
using mog::Index;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

constexpr Stage kAll[]{Stage::full_precision, Stage::quantized_weights, Stage::quantized};

template <class T>
std::vector<T> numbers(const Tensor<T>& t) {
  return {t.values().begin(), t.values().end()};
}

/// y, dx, dgamma and dbeta of normalisation and activation.
template <class T, class Operation>
std::vector<std::vector<T>> normalised(Stage stage, bool training, Index channels, const Operation& operation) {
  Parameters<T> parameters;
  BatchNorm<T> norm(parameters, "norm", {.channels = channels});
  parameters.trained()[1].value.fill(T{0.25});
  Tape<T> tape;
  Pass<T> pass{.tape = tape, .stage = stage, .training = training};
  const Variable<T> x = tape.leaf(mog::random_tensor<T>({2, 3, 3, channels}, 1, -2.0, 2.0));
  const Variable<T> y = operation(norm, pass, x);
  tape.backward(y, mog::random_tensor<T>(y.shape(), 2));
  return {numbers(y.value), numbers(x.gradient.take()), numbers(parameters.trained()[0].variable().gradient.take()),
          numbers(parameters.trained()[1].variable().gradient.take())};
}

template <class T>
void check_normalised() {
  for (const Stage stage : kAll) {
    for (const bool training : {true, false}) {
      for (const Index channels : {1, 8, 33, 64}) {
        for (const int bits : {1, 3}) {
          CHECK(normalised<T>(stage, training, channels, [bits](auto& norm, auto& pass, const auto& x) {
                  return norm.activated(pass, x, bits);
                }) == normalised<T>(stage, training, channels, [bits](auto& norm, auto& pass, const auto& x) {
                  return mog::activation(pass, norm(pass, x), bits);
                }));
        }
      }
    }
  }
}

/// y, dx and di1 of a residual block's end.
template <class T, class Operation>
std::vector<std::vector<T>> residual(Stage stage, const Operation& operation) {
  Tape<T> tape;
  Pass<T> pass{.tape = tape, .stage = stage};
  const Shape shape{2, 3, 3, 37};
  Tensor<T> a = mog::random_tensor<T>(shape, 1, 0.0, 8.0), b = mog::random_tensor<T>(shape, 2, 0.0, 8.0);
  for (T& value : a.values()) value = std::floor(value);
  for (T& value : b.values()) value = std::floor(value);
  const Variable<T> x = tape.leaf(a), i1 = tape.leaf(b);
  Tensor<std::uint8_t> s({2, 37});
  for (Index i = 0; i < s.elements(); ++i) s[i] = i % 3 == 0;
  const Variable<T> y = operation(pass, x, i1, s);
  tape.backward(y, mog::random_tensor<T>(shape, 3));
  return {numbers(y.value), numbers(x.gradient.take()), numbers(i1.gradient.take())};
}

template <class T>
void check_residual() {
  for (const Stage stage : kAll) {
    const auto composed = residual<T>(stage, [](auto& pass, const auto& x, const auto& i1, const auto& s) {
      const auto i0 = pass.quantized_activations() ? mog::bitshift(pass.tape, x, i1, 3) : mog::add(pass.tape, x, i1);
      return mog::mux(pass.tape, i0, i1, s);
    });
    CHECK(composed == residual<T>(stage, [](auto& pass, const auto& x, const auto& i1, const auto& s) {
            return mog::mux_residual(pass, x, i1, s, 3);
          }));
  }
}

}  // namespace

TEST_CASE("normalisation and activation in one pass") {
  check_normalised<float>();
  check_normalised<double>();
}

TEST_CASE("bit shift or sum, and multiplexer, in one pass") {
  check_residual<float>();
  check_residual<double>();
}
