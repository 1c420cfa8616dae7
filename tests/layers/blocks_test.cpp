// CFLOG and the MUX residual block against the composition that the paper states.
#include "layers/blocks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/automaton.hpp"
#include "layers/batch_norm.hpp"
#include "layers/quantizers.hpp"
#include "layers/residual.hpp"

using mog::Cflog;
using mog::Index;
using mog::Mrb;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

bool equal(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

mog::Parameter<float>& find(Parameters<float>& p, const std::string& name) {
  return *std::find_if(p.trained().begin(), p.trained().end(), [&](const auto& entry) { return entry.name == name; });
}

/// Whole numbers from 0 to below `end`.
Tensor<std::uint8_t> drawn_codes(const Shape& shape, float end) {
  const Tensor<float> numbers = mog::random_tensor<float>(shape, 1, 0.0F, end);
  Tensor<std::uint8_t> codes(shape);
  std::copy(numbers.values().begin(), numbers.values().end(), codes.data());
  return codes;
}

}  // namespace

TEST_CASE("CFLOG is a binary pointwise, a ternary grouped 3x3 and a generated pointwise convolution") {
  Parameters<float> p(11);
  Cflog<float> cflog(p, "cflog", {.in = 8, .out = 10, .groups = 2, .layer = 5});
  CHECK(p.trained().size() == 2);
  auto& squeeze = find(p, "cflog.squeeze.weight");
  auto& group = find(p, "cflog.group.weight");
  CHECK(squeeze.value.shape() == Shape{8, 4});
  CHECK(cflog.squeeze().source().kind() == "binary");
  CHECK(group.value.shape() == Shape{2, 3, 3, 2, 2});
  CHECK(cflog.group().source().kind() == "ternary");
  CHECK(cflog.expand().source().storage().stored == 0);
  CHECK(cflog.expand().source().storage().generated == 4 * 10);

  Tape<float> tape;
  const Variable<float> x{mog::random_tensor<float>({2, 4, 4, 8}, 1)};
  const Variable<float> expand{mog::generated_weights<float>(mog::Automaton(10, 11, 5), 4)};
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    Pass<float> pass{.tape = tape, .stage = stage};
    const Variable<float> latent = mog::pointwise(tape, x, cflog.squeeze().weights(pass));
    const Variable<float> mixed = mog::conv3x3(tape, latent, cflog.group().weights(pass));
    CHECK(equal(cflog(pass, x).value, mog::pointwise(tape, mixed, expand).value));
  }
}

TEST_CASE("on codes CFLOG computes in integers, and neither its output nor a gradient differs in a bit") {
  Parameters<float> p(11);
  Cflog<float> cflog(p, "cflog", {.in = 24, .out = 20, .groups = 3, .layer = 5});
  const Tensor<std::uint8_t> codes = drawn_codes({3, 6, 6, 24}, 8.0F);
  const Tensor<float> dy = mog::random_tensor<float>({3, 6, 6, 20}, 2);
  p.begin_epoch();

  std::vector<Tensor<float>> results[2];
  for (const bool floats : {false, true}) {
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = Stage::quantized};
    const Variable<float> x = floats ? tape.leaf(Variable<float>{.codes = codes}.numbers()) : tape.leaf(codes);
    const Variable<float> y = cflog(pass, x);
    tape.backward(y, dy);
    results[floats] = {y.value, x.gradient.take()};
    for (auto& parameter : p.trained()) results[floats].push_back(parameter.gradient);
    p.clear_gradients();
  }
  REQUIRE(results[0].size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(equal(results[0][i], results[1][i]));
}

TEST_CASE("weight gradients in blocks are those in floats within a thousandth, and nothing else changes") {
  for (const Index groups : {2, 4}) {  // of 16 latents, and of 8, which are too few for blocks
    Parameters<float> p(11);
    Cflog<float> cflog(p, "cflog", {.in = 64, .out = 20, .groups = groups});
    const Tensor<std::uint8_t> codes = drawn_codes({3, 6, 6, 64}, 8.0F);
    const Tensor<float> dy = mog::random_tensor<float>({3, 6, 6, 20}, 2);
    p.begin_epoch();

    std::vector<Tensor<float>> results[2], weights[2];
    for (const auto how : {mog::WeightGradients::floats, mog::WeightGradients::blocks}) {
      const auto i = static_cast<std::size_t>(how);
      Tape<float> tape;
      Pass<float> pass{.tape = tape, .stage = Stage::quantized, .weight_gradients = how};
      const Variable<float> x = tape.leaf(codes);
      const Variable<float> y = cflog(pass, x);
      tape.backward(y, dy);
      results[i] = {y.value, x.gradient.take()};
      for (auto& parameter : p.trained()) weights[i].push_back(parameter.gradient);
      p.clear_gradients();
    }
    CHECK(equal(results[0][0], results[1][0]));
    CHECK(equal(results[0][1], results[1][1]));
    REQUIRE(weights[0].size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(equal(weights[0][i], weights[1][i]) == (i == 1 && groups == 4));
      double difference = 0, size = 0;
      for (Index j = 0; j < weights[0][i].elements(); ++j) {
        difference += std::pow(weights[0][i][j] - weights[1][i][j], 2);
        size += std::pow(weights[0][i][j], 2);
      }
      CHECK(difference < 1e-6 * size);
    }
  }
}

TEST_CASE("on codes CFLOG tells its result's statistics, and normalisation takes them for its own") {
  Parameters<float> p(11);
  Cflog<float> cflog(p, "cflog", {.in = 24, .out = 20, .groups = 3, .layer = 5});
  mog::BatchNorm<float> norm(p, "norm", {.channels = 20});
  p.begin_epoch();
  const Tensor<std::uint8_t> codes = drawn_codes({3, 6, 6, 24}, 8.0F);
  Tape<float> tape;
  for (const Stage stage : {Stage::quantized_weights, Stage::quantized}) {
    Pass<float> pass{.tape = tape, .stage = stage};
    const mog::FixedProduct<float> batch = cflog.product(pass, {.value = {}, .codes = codes});
    const Variable<float> y = cflog(pass, {.value = {}, .codes = codes});
    REQUIRE(batch.statistics.mean.empty() == (stage != Stage::quantized));
    if (batch.statistics.mean.empty()) continue;
    for (Index o = 0; o < 20; ++o) {  // 108 numbers a channel: all of float's rounding stays far below 1e-5
      double sum = 0, squares = 0;
      for (Index i = o; i < y.value.elements(); i += 20) sum += y.value[i];
      for (Index i = o; i < y.value.elements(); i += 20) squares += (y.value[i] - sum / 108) * (y.value[i] - sum / 108);
      CHECK(batch.statistics.mean[o] == doctest::Approx(sum / 108).epsilon(1e-5));
      CHECK(batch.statistics.variance[o] == doctest::Approx(squares / 108).epsilon(1e-5));
    }
    const Tensor<float> known = activated_product(pass, norm, batch, 3).numbers();
    batch.statistics.mean.fill(1000);
    CHECK_FALSE(equal(known, activated_product(pass, norm, batch, 3).numbers()));
  }
}

TEST_CASE("normalisation of CFLOG's sums in 16 bits is that of the same floats, to the bit, gradients too") {
  Parameters<float> p(11);
  Cflog<float> cflog(p, "cflog", {.in = 24, .out = 20, .groups = 3, .layer = 5});
  mog::BatchNorm<float> norm(p, "norm", {.channels = 20});
  p.begin_epoch();
  const Tensor<std::uint8_t> codes = drawn_codes({3, 6, 6, 24}, 8.0F);
  const Tensor<float> dy = mog::random_tensor<float>({3, 6, 6, 20}, 2);

  std::vector<Tensor<float>> results[2];
  for (const bool floats : {false, true}) {
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = Stage::quantized};
    const Variable<float> x = tape.leaf(codes);
    mog::FixedProduct<float> product = cflog.product(pass, x);
    REQUIRE(product.y.shorts.shape() == dy.shape());
    CHECK(product.y.value.empty());
    if (floats) {
      product.y.value = Tensor<float>(dy.shape());
      std::copy(product.y.shorts.values().begin(), product.y.shorts.values().end(), product.y.value.data());
      product.y.shorts = {};
    }
    const Variable<float> y = activated_product(pass, norm, product, 3);
    tape.backward(y, dy);
    results[floats] = {y.numbers(), x.gradient.take()};
    for (auto& parameter : p.trained()) results[floats].push_back(parameter.gradient);
    p.clear_gradients();
  }
  REQUIRE(results[0].size() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(equal(results[0][i], results[1][i]));
}

TEST_CASE("CFLOG's sums come in floats where 16 bits do not hold them") {
  Parameters<float> p(11);
  Cflog<float> cflog(p, "cflog", {.in = 512, .out = 256, .groups = 4});
  p.begin_epoch();
  const Tensor<std::uint8_t> codes = drawn_codes({1, 4, 4, 512}, 64.0F);
  Tape<float> tape;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized};
  for (int i = 0; i < 2; ++i) {
    const mog::FixedProduct<float> product = cflog.product(pass, {.value = {}, .codes = codes});
    CHECK(product.y.shorts.empty());
    CHECK(equal(product.y.value, cflog(pass, {.value = {}, .codes = codes}).value));
    const auto [lowest, highest] =
        std::minmax_element(product.y.value.values().begin(), product.y.value.values().end());
    CHECK((*lowest < -32768 || *highest > 32767));
  }
}

TEST_CASE(
    "an observer sees each factor of a CFLOG, and nothing that is computed changes: output, gradients, statistics") {
  const Tensor<std::uint8_t> codes = drawn_codes({3, 6, 6, 24}, 8.0F);
  const Tensor<float> dy = mog::random_tensor<float>({3, 6, 6, 20}, 2);
  for (const Stage stage : {Stage::quantized_weights, Stage::quantized}) {
    std::vector<Tensor<float>> results[2];
    for (const bool observed : {false, true}) {
      Parameters<float> p(11);
      mog::CflogBlock<float> block(p, "b", {.in = 24, .out = 20, .groups = 3, .layer = 5}, 3);
      p.begin_epoch();
      Tape<float> tape;
      std::map<std::string, Tensor<float>> seen;
      Pass<float> pass{.tape = tape, .stage = stage};
      if (observed) {
        pass.observer = [&](const mog::LayerReport& layer, const Variable<float>& y) {
          seen[layer.name] = y.numbers();
        };
      }
      const Variable<float> x = tape.leaf(codes);
      const Variable<float> y = block(pass, x);
      tape.backward(y, dy);
      results[observed] = {y.numbers(), x.gradient.take()};
      for (auto& parameter : p.trained()) results[observed].push_back(parameter.gradient);
      for (auto& buffer : p.buffers()) results[observed].push_back(buffer.value);
      if (!observed) continue;
      REQUIRE(seen.size() == 5);
      CHECK(seen.at("b.squeeze").shape() == Shape{3, 6, 6, 12});
      const Tensor<float> expanded =
          mog::pointwise(tape, {seen.at("b.group")}, block.cflog().expand().weights(pass)).value;
      CHECK(equal(seen.at("b.expand"), expanded));
      CHECK(equal(mog::activation(pass, {seen.at("b.norm")}, 3).numbers(), seen.at("b.activation")));
      CHECK(equal(y.numbers(), seen.at("b.activation")));
    }
    REQUIRE(results[0].size() == 2 + 4 + 3);
    for (std::size_t i = 0; i < results[0].size(); ++i) CHECK(equal(results[0][i], results[1][i]));
  }
}

TEST_CASE("a CFLOG's first state can be replaced, and its rule chosen") {
  const std::vector<std::uint8_t> state{1, 0, 0, 1, 1, 0};
  Parameters<float> p;
  Cflog<float> drawn(p, "a", {.in = 4, .out = 6, .groups = 1}), given(p, "b", {.in = 4, .out = 6, .groups = 1});
  Cflog<float> other_rule(p, "c", {.in = 4, .out = 6, .groups = 1, .rule = 90});
  for (const char* part : {".squeeze.weight", ".group.weight"}) {
    for (const char* cflog : {"b", "c"}) {
      find(p, mog::concat(cflog, part)).value.copy_from(find(p, mog::concat("a", part)).value);
    }
  }
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  const Variable<float> x{mog::random_tensor<float>({1, 3, 3, 4}, 1)};
  CHECK(equal(drawn(pass, x).value, given(pass, x).value));
  drawn.set_first_state(state);
  CHECK_FALSE(equal(drawn(pass, x).value, given(pass, x).value));
  given.set_first_state(state);
  other_rule.set_first_state(state);
  CHECK(equal(drawn(pass, x).value, given(pass, x).value));
  CHECK_FALSE(equal(drawn(pass, x).value, other_rule(pass, x).value));
  CHECK_THROWS_WITH_AS(drawn.set_first_state({1, 0}), "a: a first state of 2 cells, expected 6", std::invalid_argument);
}

TEST_CASE("generated weights are not kept twice and their input not at all: nothing learns from it") {
  Parameters<float> p;
  Cflog<float> cflog(p, "cflog", {.in = 64, .out = 64, .groups = 32});
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  const Variable<float> x{mog::random_tensor<float>({1, 32, 32, 64}, 1)};
  const std::size_t map = 32 * 32 * 32 * sizeof(float);  // of the latent maps
  const Tensor<float> y = cflog(pass, x).value;
  // The result is two such maps; of the two latent ones only the 3x3 convolution's input is kept.
  CHECK(tape.arena().bytes_in_use() < 2 * map + map + map / 4);
}

TEST_CASE("MRB is MUX(Bitshift(x + I1), I1; TGAP(x)) with I1 = act(BN(CFLOG(act(BN(CFLOG(x))))))") {
  constexpr int kBits = 2;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    Parameters<float> p(3), q(3);
    Mrb<float> mrb(p, "mrb", {.channels = 8, .groups = 2, .bits = kBits, .layer = 4});
    mog::CflogBlock<float> a(q, "mrb.a", {.in = 8, .out = 8, .groups = 2, .layer = 4}, kBits);
    mog::CflogBlock<float> b(q, "mrb.b", {.in = 8, .out = 8, .groups = 2, .layer = 5}, kBits);
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = stage};
    const Variable<float> x = mog::activation(pass, {mog::random_tensor<float>({2, 4, 4, 8}, 1, -0.5F, 1.5F)}, kBits);
    const Variable<float> i1 = b(pass, a(pass, x));
    const Variable<float> i0 = stage == Stage::quantized ? mog::bitshift(tape, x, i1, kBits) : mog::add(tape, x, i1);
    const Variable<float> expected = mog::mux(tape, i0, i1, mog::tgap(pass, x, kBits));
    CHECK(equal(mrb(pass, x).numbers(), expected.numbers()));
  }
}

TEST_CASE("an odd number of channels and groups that do not divide the latent maps are refused by name") {
  const auto make = [](const mog::CflogOptions& options) {
    Parameters<float> p;
    const Cflog<float> cflog(p, "cflog7", options);
  };
  CHECK_THROWS_WITH_AS(make({.in = 7, .out = 4, .groups = 1}),
                       "cflog7: 7 input channels, expected an even number of at least 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({.in = 8, .out = 4, .groups = 3}), "cflog7: 3 groups, expected a divisor of 4 latent maps",
                       std::invalid_argument);
  CHECK_THROWS_AS(make({.in = 8, .out = 0, .groups = 1}), std::invalid_argument);
  CHECK_THROWS_AS(make({.in = 8, .out = 4, .groups = 1, .rule = 256}), std::invalid_argument);
}
