// Operations that do the work of several in one pass over memory, or on bytes, give those several's
// bits, forward and backward.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/automaton.hpp"
#include "layers/batch_norm.hpp"
#include "layers/cflog_product.hpp"
#include "layers/pooling.hpp"
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
  return {numbers(y.numbers()), numbers(x.gradient.take()), numbers(parameters.trained()[0].variable().gradient.take()),
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

/// y, dx, dgamma and dbeta of a product by generated weights, normalisation and activation.
template <class T, class Operation>
std::vector<std::vector<T>> expanded(Stage stage, bool training, Index out, const Operation& operation) {
  Parameters<T> parameters;
  BatchNorm<T> norm(parameters, "norm", {.channels = out});
  Tape<T> tape;
  Pass<T> pass{.tape = tape, .stage = stage, .training = training};
  const Variable<T> x = tape.leaf(mog::random_tensor<T>({2, 5, 3, 12}, 1, -2.0, 2.0));
  const Tensor<T> w = mog::generated_weights<T>(mog::Automaton(out, 3, 1), 12);
  const mog::FixedProduct<T> product{.y = mog::pointwise(tape, x, {w}), .dx = x.gradient, .w = w};
  const Variable<T> y = operation(norm, pass, product);
  tape.backward(y, mog::random_tensor<T>(y.shape(), 2));
  return {numbers(y.numbers()), numbers(x.gradient.take()), numbers(parameters.trained()[0].variable().gradient.take()),
          numbers(parameters.trained()[1].variable().gradient.take())};
}

template <class T>
void check_expanded() {
  for (const Stage stage : kAll) {
    for (const bool training : {true, false}) {
      for (const Index out : {1, 33, 64}) {
        CHECK(expanded<T>(stage, training, out, [](auto& norm, auto& pass, const auto& product) {
                return activated_product(pass, norm, product, 3);
              }) == expanded<T>(stage, training, out, [](auto& norm, auto& pass, const auto& product) {
                return norm.activated(pass, product.y, 3);
              }));
      }
    }
  }
}

/// Codes 0..7, in bytes or as numbers.
template <class T>
Variable<T> codes(Tape<T>& tape, const Shape& shape, std::uint32_t seed, bool in_bytes) {
  const Tensor<T> drawn = mog::random_tensor<T>(shape, seed, 0.0, 8.0);
  Tensor<std::uint8_t> bytes(shape);
  std::copy(drawn.values().begin(), drawn.values().end(), bytes.data());
  return in_bytes ? tape.leaf(bytes) : tape.leaf(Variable<T>{.codes = bytes}.numbers());
}

/// y, dx and di1 of a residual block's end.
template <class T, class Operation>
std::vector<std::vector<T>> residual(Stage stage, bool in_bytes, const Operation& operation) {
  Tape<T> tape;
  Pass<T> pass{.tape = tape, .stage = stage};
  const Shape shape{2, 4, 4, 37};
  const Variable<T> x = codes<T>(tape, shape, 1, in_bytes), i1 = codes<T>(tape, shape, 2, in_bytes);
  const Tensor<std::uint8_t> s = mog::tgap(pass, x, 3);
  const Variable<T> y = operation(pass, x, i1, s);
  CHECK(y.in_bytes() == (in_bytes && stage == Stage::quantized));
  tape.backward(y, mog::random_tensor<T>(y.shape(), 3));
  return {numbers(y.numbers()), numbers(x.gradient.take()), numbers(i1.gradient.take())};
}

template <class T>
void check_residual() {
  for (const Stage stage : kAll) {
    const auto composed = residual<T>(stage, false, [](auto& pass, const auto& x, const auto& i1, const auto& s) {
      const auto i0 = pass.quantized_activations() ? mog::bitshift(pass.tape, x, i1, 3) : mog::add(pass.tape, x, i1);
      return mog::mux(pass.tape, i0, i1, s);
    });
    for (const bool in_bytes : {false, true}) {
      CHECK(composed == residual<T>(stage, in_bytes, [](auto& pass, const auto& x, const auto& i1, const auto& s) {
              return mog::mux_residual(pass, mog::shortcut(pass.tape, x, s), i1, 3);
            }));
    }
  }
}

/// y and dx of pooling.
template <class T>
void check_pooling() {
  std::vector<std::vector<T>> results[2];
  for (const bool in_bytes : {false, true}) {
    Tape<T> tape;
    const Variable<T> x = codes<T>(tape, {2, 4, 6, 37}, 1, in_bytes), y = mog::max_pool(tape, x);
    CHECK(y.in_bytes() == in_bytes);
    tape.backward(y, mog::random_tensor<T>(y.shape(), 3));
    results[in_bytes] = {numbers(y.numbers()), numbers(x.gradient.take())};
  }
  CHECK(results[0] == results[1]);
}

}  // namespace

TEST_CASE("normalisation and activation in one pass") {
  check_normalised<float>();
  check_normalised<double>();
}

TEST_CASE("the gradient through normalisation and expansion in one pass") {
  check_expanded<float>();
  check_expanded<double>();
}

TEST_CASE("bit shift or sum, and multiplexer, in one pass") {
  check_residual<float>();
  check_residual<double>();
}

TEST_CASE("pooling of codes in bytes") {
  check_pooling<float>();
  check_pooling<double>();
}
