// The multiplexer residual block's parts: what they decide; values and gradients of
// bitshift are in gradient_check_test.
#include "layers/residual.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "core/random.hpp"

using mog::Index;
using mog::Pass;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

std::vector<int> selected(Stage stage, const Variable<float>& x, int bits) {
  Tape<float> tape;
  Pass<float> pass{.tape = tape, .stage = stage};
  const Tensor<std::uint8_t> s = mog::tgap(pass, x, bits);
  CHECK(s.shape() == mog::Shape{x.shape()[0], x.shape()[3]});
  return {s.values().begin(), s.values().end()};
}
std::vector<int> selected(Stage stage, const Tensor<float>& x, int bits) {
  return selected(stage, Variable<float>{x}, bits);
}

}  // namespace

TEST_CASE("with codes TGAP compares 2 sum with (2^k - 1) H W exactly, for every sum and k") {
  for (int bits = 1; bits <= 8; ++bits) {
    const Index top = (1 << bits) - 1;
    for (const Index pixels : {1, 3, 4, 64, 1024}) {
      const Index half = top * pixels / 2;
      for (Index sum = std::max<Index>(0, half - 3); sum <= std::min(top * pixels, half + 3); ++sum) {
        Tensor<float> x({1, 1, pixels, 1});
        Tensor<std::uint8_t> bytes(x.shape());
        Index rest = sum;
        for (Index i = 0; i < pixels; ++i) {
          bytes[i] = static_cast<std::uint8_t>(std::min(top, rest));
          x[i] = bytes[i];
          rest -= bytes[i];
        }
        const int expected = 2 * sum > top * pixels ? 1 : 0;
        REQUIRE(selected(Stage::quantized, x, bits)[0] == expected);
        REQUIRE(selected(Stage::quantized, {.codes = bytes}, bits)[0] == expected);
      }
    }
  }
}

TEST_CASE("with full-precision activations TGAP compares each mean with half of the sample's largest one") {
  // Two images of two pixels; the channels' means are 1, 2, 4 and 10, 5.5, 5.
  const auto x = Tensor<float>::from({2, 1, 2, 3}, {0, 2, 4, 2, 2, 4, 10, 5, 4, 10, 6, 6});
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
    CHECK(selected(stage, x, 3) == std::vector<int>{0, 0, 1, 1, 1, 0});
  }
}

TEST_CASE("maps that are all zero select the sum") {
  CHECK(selected(Stage::full_precision, Tensor<float>::filled({1, 2, 2, 2}, 0), 3) == std::vector<int>{0, 0});
}

TEST_CASE("the multiplexer takes whole maps, and sends each gradient to the map that was taken") {
  Tape<float> tape;
  const Tensor<float> a = mog::random_tensor<float>({2, 3, 3, 5}, 1), b = mog::random_tensor<float>({2, 3, 3, 5}, 2);
  const auto s = Tensor<std::uint8_t>::from({2, 5}, {0, 1, 0, 1, 1, 1, 0, 0, 0, 1});
  const Variable<float> i0 = tape.leaf(a), i1 = tape.leaf(b);
  const Variable<float> y = mog::mux(tape, i0, i1, s);
  const Tensor<float> dy = mog::random_tensor<float>(y.shape(), 3);
  tape.backward(y, dy);
  const Tensor<float> di0 = i0.gradient.take(), di1 = i1.gradient.take();
  for (Index i = 0; i < y.value.elements(); ++i) {
    const bool second = s[i / 45 * 5 + i % 5] == 1;
    CHECK(y.value[i] == (second ? b[i] : a[i]));
    CHECK(di0[i] == (second ? 0 : dy[i]));
    CHECK(di1[i] == (second ? dy[i] : 0));
  }
}

TEST_CASE("the multiplexer serves one input alone when the other wants no gradient") {
  Tape<float> tape;
  const auto s = Tensor<std::uint8_t>::from({1, 2}, {0, 1});
  const Tensor<float> x = mog::random_tensor<float>({1, 2, 2, 2}, 1);
  const Variable<float> i1 = tape.leaf(x);
  tape.backward(mog::mux(tape, {x}, i1, s), x);
  CHECK(i1.gradient.take()[1] == x[1]);
}

TEST_CASE("sums hand on the gradient to both terms without copying it") {
  Tape<float> tape;
  const Tensor<float> x = mog::random_tensor<float>({1, 2, 2, 2}, 1);
  const Variable<float> a = tape.leaf(x), b = tape.leaf(x);
  tape.backward(mog::bitshift(tape, a, b, 3), x);
  CHECK(a.gradient.take().data() == x.data());
  CHECK(b.gradient.take().data() == x.data());
}

TEST_CASE("a shortcut adds its gradient to what came back before it, and to nothing that somebody else holds") {
  const Tensor<float> numbers = mog::random_tensor<float>({2, 3, 3, 5}, 1),
                      dy = mog::random_tensor<float>({2, 3, 3, 5}, 2);
  const auto s = Tensor<std::uint8_t>::from({2, 5}, {0, 1, 0, 1, 1, 1, 0, 0, 0, 1});
  for (const bool shared : {false, true}) {
    Tape<float> tape;
    const Variable<float> x = tape.leaf(numbers);
    const Variable<float> past = mog::shortcut(tape, x, s).x;
    CHECK(past.value.data() == numbers.data());
    const Tensor<float> other = mog::random_tensor<float>(numbers.shape(), 3);
    Tensor<float> sent(other.shape());
    sent.copy_from(other);
    Tensor<float> held = shared ? sent : Tensor<float>();
    const Variable<float> y = tape.record(numbers, {x.gradient}, [dx_sum = x.gradient, &sent](const Tensor<float>&) {
      dx_sum.add(std::exchange(sent, {}));
    });
    tape.backward(mog::add(tape, past, y), dy);
    const Tensor<float> dx = x.gradient.take();
    for (Index i = 0; i < dx.elements(); ++i) {
      CHECK(dx[i] == other[i] + (s[i / 45 * 5 + i % 5] == 1 ? 0 : dy[i]));
      if (shared) CHECK(held[i] == other[i]);
    }
  }
}

TEST_CASE("different shapes and impossible k are refused") {
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  const Variable<float> a{Tensor<float>::filled({1, 2, 2, 2}, 0)}, b{Tensor<float>::filled({1, 2, 2, 3}, 0)};
  CHECK_THROWS_WITH_AS(mog::add(tape, a, b), "add: b has shape [1, 2, 2, 3], expected [1, 2, 2, 2]",
                       std::invalid_argument);
  CHECK_THROWS_AS(mog::bitshift(tape, a, b, 3), std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::bitshift(tape, a, a, 0), "bitshift: k = 0 bits, expected 1 to 8", std::invalid_argument);
  CHECK_THROWS_AS(mog::bitshift(tape, a, a, 9), std::invalid_argument);
  CHECK_THROWS_AS(mog::tgap(pass, a, 0), std::invalid_argument);
  CHECK_THROWS_AS(mog::tgap(pass, {a.value.reshaped({4, 2})}, 3), std::invalid_argument);
  CHECK_THROWS_AS(mog::mux(tape, a, b, Tensor<std::uint8_t>::filled({1, 2}, 0)), std::invalid_argument);
  CHECK_THROWS_AS(mog::mux(tape, a, a, Tensor<std::uint8_t>::filled({2, 2}, 0)), std::invalid_argument);
}
