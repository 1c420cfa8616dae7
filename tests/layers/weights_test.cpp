// Weight sources: what they make in each stage, what they store, and that a layer takes a user's own one.
#include "layers/weights.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "layers/automaton.hpp"
#include "layers/conv.hpp"
#include "layers/quantizers.hpp"

using mog::Index;
using mog::Initial;
using mog::Parameters;
using mog::Pass;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

constexpr Stage kQuantized[] = {Stage::quantized_weights, Stage::quantized};

mog::WeightRequest request(double bound = 1) {
  return {.name = "w", .shape = {5, 10}, .initial = Initial::uniform(bound)};
}

std::vector<float> weights_of(mog::WeightSource<float>& source, Stage stage) {
  Tape<float> tape;
  Pass<float> pass{.tape = tape, .stage = stage};
  const Tensor<float> w = source.weights(pass).value;
  return {w.values().begin(), w.values().end()};
}

std::vector<float> numbers(const Tensor<float>& t) { return {t.values().begin(), t.values().end()}; }

}  // namespace

TEST_CASE("in full precision every source gives its parameter itself, and asks for no memory") {
  for (const auto& make : {mog::plain_weights<float>, mog::binary_weights<float>, mog::ternary_weights<float>}) {
    Parameters<float> p;
    const auto source = make(p, request());
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = Stage::full_precision};
    CHECK(source->weights(pass).value.data() == p.find("w")->value.data());
    CHECK(p.find("w")->decays);
  }
}

TEST_CASE("quantized weights are signs, thirds, or still themselves") {
  Parameters<float> plain, binary, ternary;
  const auto same = mog::plain_weights(plain, request());
  const auto signs = mog::binary_weights(binary, request());
  const auto thirds = mog::ternary_weights(ternary, request());
  for (const Stage stage : kQuantized) {
    CHECK(weights_of(*same, stage) == numbers(plain.find("w")->value));
    Tape<float> tape;
    CHECK(weights_of(*signs, stage) == numbers(mog::binarize(tape, {binary.find("w")->value}).value));
    const Tensor<float> step = ternary.find_buffer("w.step")->value;
    CHECK(weights_of(*thirds, stage) == numbers(mog::ternarize(tape, {ternary.find("w")->value}, step).value));
  }
}

TEST_CASE("a source says what it is and what it stores: 32, 1, 2 bits a weight, none where they are generated") {
  Parameters<float> p;
  const auto check = [](const mog::WeightSource<float>& source, const char* kind, Index stored, int bits) {
    CHECK(source.kind() == kind);
    CHECK(source.storage().stored == stored);
    CHECK(source.storage().bits == bits);
  };
  const auto named = [](const char* name) { return mog::WeightRequest{name, {5, 10}, Initial::uniform(1)}; };
  check(*mog::plain_weights(p, named("a")), "full", 50, 32);
  check(*mog::binary_weights(p, named("b")), "binary", 50, 1);
  check(*mog::ternary_weights(p, named("c")), "ternary", 50, 2);
  const mog::GeneratedWeights<float> generated(mog::Automaton(10, 3, 1), named("d"));
  check(generated, "generated", 0, 1);
  CHECK(generated.storage().generated == 50);
  CHECK(p.trained().size() == 3);
}

TEST_CASE("generated weights are the automaton's states in every stage") {
  mog::GeneratedWeights<float> source(mog::Automaton(10, 3, 1), request());
  const std::vector<float> expected = numbers(mog::generated_weights<float>(mog::Automaton(10, 3, 1), 5));
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    CHECK(weights_of(source, stage) == expected);
  }
  CHECK_THROWS_WITH_AS(mog::GeneratedWeights<float>(mog::Automaton(9, 3, 1), request()),
                       "w: weights of shape [5, 10] from 9 cells, expected [C, 9]", std::invalid_argument);
}

TEST_CASE("ternary weights have a step size from the start, and a new one at the beginning of an epoch") {
  Parameters<float> p;
  const auto source = mog::ternary_weights(p, request());
  const auto* step = p.find_buffer("w.step");
  const Tensor<float> w = p.find("w")->value;
  CHECK(step->value[0] == mog::balanced_step<float>(w.values()));
  w.copy_from(mog::random_tensor<float>(w.shape(), 8, -3.0F, 3.0F));
  const float before = step->value[0];
  weights_of(*source, Stage::quantized);
  CHECK(step->value[0] == before);
  p.begin_epoch();
  CHECK(step->value[0] != before);
  CHECK(step->value[0] == mog::balanced_step<float>(w.values()));
}

TEST_CASE("a step size that is not positive is refused by the weights' name, when it arises and when it is used") {
  Parameters<float> p;
  const auto source = mog::ternary_weights(p, request());
  p.find("w")->value.fill(0);
  CHECK_THROWS_WITH_AS(p.begin_epoch(), "w: step size 0, expected a positive one", mog::NumericError);
  for (const float bad : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    p.find_buffer("w.step")->value[0] = bad;
    CHECK_THROWS_AS(weights_of(*source, Stage::quantized), mog::NumericError);
    CHECK_NOTHROW(weights_of(*source, Stage::full_precision));
  }
}

namespace {

/// Twice a parameter of half as many numbers: stored once, used twice.
template <class T>
class Doubled : public mog::WeightSource<T> {
 public:
  Doubled(Parameters<T>& p, const mog::WeightRequest& r)
      : half_(p.add(r.name + ".half", {1, r.shape[1]}, r.initial)), rows_(r.shape[0]) {}

  Variable<T> weights(Pass<T>& pass) override {
    const Variable<T> half = half_->variable();
    const Index out = half.shape()[1];
    const Tensor<T> w = pass.tape.make({rows_, out});
    for (Index i = 0; i < w.elements(); ++i) w[i] = half.value[i % out];
    return pass.tape.record(w, {half.gradient}, [&tape = pass.tape, out, d = half.gradient](const Tensor<T>& dw) {
      const Tensor<T> sum = tape.make({1, out});
      sum.fill(0);
      for (Index i = 0; i < dw.elements(); ++i) sum[i % out] += dw[i];
      d.add(sum);
    });
  }
  [[nodiscard]] std::string kind() const override { return "doubled"; }
  [[nodiscard]] mog::WeightStorage storage() const override { return {.stored = half_->value.elements()}; }

 private:
  mog::Parameter<T>* half_;
  Index rows_;
};

}  // namespace

TEST_CASE("a convolution takes a source of somebody's own: its weights, its gradient, its name in the report") {
  Parameters<double> p;
  mog::Conv<double> conv(p, "conv", {.in = 2, .out = 3}, [](auto& parameters, const auto& asked) {
    return std::make_shared<Doubled<double>>(parameters, asked);
  });
  Tape<double> tape;
  Pass<double> pass{.tape = tape};
  std::string kind;
  pass.observer = [&](const mog::LayerReport& report, const auto&) {
    kind = report.kind;
    CHECK(report.weight_bits() == 3 * 32);
  };
  const auto y = conv(pass, {Tensor<double>::from({1, 1, 1, 2}, {1, 10})});
  CHECK(kind == "pointwise doubled");
  auto* half = p.find("conv.weight.half");
  REQUIRE(half != nullptr);
  for (Index o = 0; o < 3; ++o) CHECK(y.value[o] == doctest::Approx(11 * half->value[o]));
  tape.backward(y, Tensor<double>::from({1, 1, 1, 3}, {1, 2, 3}));
  for (Index o = 0; o < 3; ++o) CHECK(half->gradient[o] == doctest::Approx(11.0 * static_cast<double>(o + 1)));
}

TEST_CASE("weights of another shape than asked for are refused by the layer's name") {
  Parameters<float> p;
  mog::Conv<float> conv(p, "conv", {.in = 2, .out = 3}, [](auto& parameters, const auto& asked) {
    return mog::plain_weights<float>(parameters, {asked.name, {3, 3}, asked.initial});
  });
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  CHECK_THROWS_WITH_AS(conv(pass, {Tensor<float>::filled({1, 1, 1, 2}, 1)}), doctest::Contains("conv: "),
                       std::invalid_argument);
}
