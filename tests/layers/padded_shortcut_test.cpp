// The shortcut without parameters: which pixels and maps go where, and what cannot be halved.
#include "layers/padded_shortcut.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"

using mog::Index;
using mog::Shape;
using mog::Tape;
using mog::Tensor;

TEST_CASE("every second pixel's maps stand between maps of zeros, and their gradients come from there") {
  Tape<double> tape;
  const auto x = tape.leaf(mog::random_tensor<double>({2, 4, 6, 3}, 1));
  const auto y = mog::padded_shortcut(tape, x);
  REQUIRE(y.shape() == Shape{2, 2, 3, 6});
  const auto seen = [](Index i) {  // the element of y that shows element i of x; -1 where none does
    const Index c = i % 3, w = i / 3 % 6, h = i / 18 % 4, n = i / 72;
    return w % 2 == 0 && h % 2 == 0 ? ((n * 2 + h / 2) * 3 + w / 2) * 6 + 1 + c : Index{-1};
  };
  double shown = 0, all = 0;
  for (Index i = 0; i < x.value.elements(); ++i) {
    if (seen(i) < 0) continue;
    CHECK(y.value[seen(i)] == x.value[i]);
    shown += x.value[i];
  }
  for (const double v : y.value.values()) all += v;
  CHECK(all == doctest::Approx(shown));
  for (Index p = 0; p < y.value.rows(); ++p) {
    for (const Index zero : {0, 4, 5}) CHECK(y.value[p * 6 + zero] == 0);
  }

  const Tensor<double> dy = mog::random_tensor<double>(y.shape(), 2);
  tape.backward(y, dy);
  const Tensor<double> dx = x.gradient.take();
  for (Index i = 0; i < dx.elements(); ++i) CHECK(dx[i] == (seen(i) < 0 ? 0 : dy[seen(i)]));
}

TEST_CASE("codes of a quantized network keep their values") {
  Tape<float> tape;
  mog::Variable<float> x;
  x.codes = Tensor<std::uint8_t>({1, 2, 2, 2});
  for (Index i = 0; i < 8; ++i) x.codes[i] = static_cast<std::uint8_t>(200 + i);
  const Tensor<float> y = mog::padded_shortcut(tape, x).value;
  CHECK(y.shape() == Shape{1, 1, 1, 4});
  CHECK(std::equal(y.data(), y.data() + 4, std::initializer_list<float>{0, 200, 201, 0}.begin()));
}

TEST_CASE("maps that cannot be halved and numbers of maps below 0 are refused") {
  Tape<float> tape;
  CHECK_THROWS_AS(mog::padded_shortcut(tape, {mog::random_tensor<float>({1, 3, 4, 2}, 1)}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::pad_channels(tape, {mog::random_tensor<float>({1, 2, 2, 2}, 1)}, 1, -1),
                       "pad_channels: 1 maps before and -1 behind, expected 0 or more", std::invalid_argument);
}
