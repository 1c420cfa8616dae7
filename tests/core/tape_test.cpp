// Tape: gradients add where a value fans out, are never overwritten where they are shared, and nothing is kept in vain.
#include "core/tape.hpp"

#include <doctest/doctest.h>

#include <memory>

using mog::Gradient;
using mog::Index;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

/// y = factor x.
Variable<double> scale(Tape<double>& tape, const Variable<double>& x, double factor) {
  const Tensor<double> y = tape.make(x.shape());
  for (Index i = 0; i < y.elements(); ++i) y[i] = factor * x.value[i];
  return tape.record(y, {x.gradient}, [&tape, factor, dx_sum = x.gradient](const Tensor<double>& dy) {
    const Tensor<double> dx = tape.make(dy.shape());
    for (Index i = 0; i < dx.elements(); ++i) dx[i] = factor * dy[i];
    dx_sum.add(dx);
  });
}

/// y = a + b; the one tensor dy goes to both.
Variable<double> sum(Tape<double>& tape, const Variable<double>& a, const Variable<double>& b) {
  const Tensor<double> y = tape.make(a.shape());
  for (Index i = 0; i < y.elements(); ++i) y[i] = a.value[i] + b.value[i];
  return tape.record(y, {a.gradient, b.gradient}, [da_sum = a.gradient, db_sum = b.gradient](const Tensor<double>& dy) {
    da_sum.add(dy);
    db_sum.add(dy);
  });
}

Tensor<double> one_number(double value) { return Tensor<double>::filled({1}, value); }

}  // namespace

TEST_CASE("gradients follow the chain rule") {
  Tape<double> tape;
  const Variable<double> x = tape.leaf(one_number(2));
  const Variable<double> y = scale(tape, scale(tape, x, 3), 5);
  CHECK(y.value[0] == 30);
  tape.backward(y);
  CHECK(x.gradient.take()[0] == 15);
}

TEST_CASE("where a value fans out the gradients of its users add") {
  Tape<double> tape;
  const Variable<double> x = tape.leaf(one_number(2));
  const Variable<double> y = sum(tape, sum(tape, scale(tape, x, 3), scale(tape, x, 4)), x);
  tape.backward(y);
  CHECK(x.gradient.take()[0] == 8);
}

TEST_CASE("a gradient that two terms share is not overwritten when one of them gets more") {
  Tape<double> tape;
  const Variable<double> a = tape.leaf(one_number(1)), b = tape.leaf(one_number(1));
  const Variable<double> y = sum(tape, scale(tape, a, 10), sum(tape, a, b));  // a: 1 shared with b, then 10 more
  tape.backward(y);
  CHECK(a.gradient.take()[0] == 11);
  CHECK(b.gradient.take()[0] == 1);
}

TEST_CASE("a tensor added to itself gets its gradient twice") {
  Tape<double> tape;
  const Variable<double> x = tape.leaf(one_number(1));
  const Tensor<double> dy = one_number(3);
  tape.backward(sum(tape, x, x), dy);
  CHECK(x.gradient.take()[0] == 6);
  CHECK(dy[0] == 3);
}

TEST_CASE("gradients of several backward passes add until they are taken") {
  Tape<double> tape;
  Tensor<double> slot;
  const Variable<double> parameter{one_number(2), Gradient<double>(&slot)};
  for (int pass = 0; pass < 3; ++pass) {
    tape.backward(scale(tape, parameter, 7));
    tape.reset();
  }
  CHECK(slot[0] == 21);
}

TEST_CASE("an operation whose result never reaches the loss is not replayed") {
  Tape<double> tape;
  const Variable<double> x = tape.leaf(one_number(1));
  bool replayed = false;
  tape.record(one_number(0), {x.gradient}, [&replayed](const Tensor<double>&) { replayed = true; });
  tape.backward(scale(tape, x, 2));
  CHECK_FALSE(replayed);
  CHECK(x.gradient.take()[0] == 2);
}

TEST_CASE("nothing is recorded when no input wants a gradient or recording is off") {
  Tape<double> tape;
  auto kept = std::make_shared<int>(0);
  const auto backward = [kept](const Tensor<double>&) {};
  CHECK(kept.use_count() == 2);
  CHECK_FALSE(tape.record(one_number(0), {Gradient<double>()}, backward).gradient);
  const Variable<double> x = tape.leaf(one_number(1));
  tape.set_recording(false);
  CHECK_FALSE(tape.record(one_number(0), {x.gradient}, backward).gradient);
  CHECK(kept.use_count() == 2);
  tape.set_recording(true);
  CHECK(tape.record(one_number(0), {x.gradient}, backward).gradient);
  CHECK(kept.use_count() == 3);
}

TEST_CASE("what an operation kept is released as soon as it was replayed, or forgotten") {
  Tape<double> tape;
  auto kept = std::make_shared<int>(0);
  const Variable<double> x = tape.leaf(one_number(1));
  const auto record = [&] { return tape.record(one_number(0), {x.gradient}, [kept](const Tensor<double>&) {}); };
  tape.backward(record());
  CHECK(kept.use_count() == 1);
  record();
  CHECK(kept.use_count() == 2);
  tape.reset();
  CHECK(kept.use_count() == 1);
}

TEST_CASE("values live in the arena no longer than somebody needs them, and steps repeat in the same memory") {
  Tape<double> tape;
  const Tensor<double> input = Tensor<double>::filled({1000}, 1);
  std::size_t peak = 0;
  for (int step = 0; step < 3; ++step) {
    const Variable<double> x = tape.leaf(input);
    tape.backward(scale(tape, scale(tape, x, 2), 3), input);
    tape.reset();
    CHECK(tape.arena().bytes_in_use() == 0);
    if (step > 0) CHECK(tape.arena().peak_bytes() == peak);
    peak = tape.arena().peak_bytes();
  }
}

TEST_CASE("a backward pass from nowhere, from many numbers or with another shape is refused") {
  Tape<double> tape;
  const Variable<double> x = tape.leaf(Tensor<double>::filled({2}, 1));
  CHECK_THROWS_WITH_AS(tape.backward(x), "backward: the loss has shape [2], expected one element",
                       std::invalid_argument);
  CHECK_THROWS_AS(tape.backward({one_number(1)}), std::invalid_argument);
  CHECK_THROWS_AS(tape.backward(x, one_number(1)), std::invalid_argument);
}

TEST_CASE("adding to a gradient that nobody wants does nothing") {
  const Gradient<double> unwanted;
  unwanted.add(one_number(1));
  CHECK(unwanted.take().empty());
}

TEST_CASE("whole numbers in bytes read as numbers, and have a shape and a gradient like others") {
  Tape<float> tape;
  const auto codes = mog::Tensor<std::uint8_t>::from({1, 3}, {0, 7, 255});
  const mog::Variable<float> x = tape.leaf(codes);
  CHECK(x.in_bytes());
  CHECK(x.shape() == mog::Shape{1, 3});
  const mog::Tensor<float> numbers = x.numbers();
  CHECK((numbers[0] == 0 && numbers[1] == 7 && numbers[2] == 255));
  const mog::Variable<float> same{numbers};
  CHECK(same.numbers().data() == numbers.data());
  tape.backward(x, mog::Tensor<float>::filled({1, 3}, 2));
  CHECK(x.gradient.take()[2] == 2);
}
