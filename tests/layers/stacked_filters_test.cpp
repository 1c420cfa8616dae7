// Stacked filters: a kernel made by hand, the gradients that their header states, what stands still, what is refused.
#include "layers/stacked_filters.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "layers/conv.hpp"
#include "layers/gradient_check.hpp"
#include "layers/quantizers.hpp"

using mog::Index;
using mog::Initial;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::StackedFilterOptions;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::Variable;

namespace {

std::vector<double> numbers(const Tensor<double>& t) { return {t.values().begin(), t.values().end()}; }

/// The header's formulas in plain loops over indices (r, i, c, o).
struct Stated {
  Index taps, depth, filters, parts, outputs;
  Tensor<double> f, q;

  [[nodiscard]] Index selected(Index i, Index o) const {
    Index best = 0;
    for (Index j = 1; j < filters; ++j) {
      if (score(i, o, j) > score(i, o, best)) best = j;
    }
    return best;
  }
  [[nodiscard]] double score(Index i, Index o, Index j) const { return q[(i * outputs + o) * filters + j]; }
  [[nodiscard]] Index at_filter(Index r, Index c, Index j) const { return (r * depth + c) * filters + j; }
  [[nodiscard]] Index at_kernel(Index r, Index i, Index c, Index o) const {
    return (r * parts * depth + i * depth + c) * outputs + o;
  }
  [[nodiscard]] double uses(Index j) const {
    double sum = 0;
    for (Index i = 0; i < parts; ++i) {
      for (Index o = 0; o < outputs; ++o) sum += selected(i, o) == j ? 1 : 0;
    }
    return sum;
  }
  template <class Term>
  void for_each(const Term& term) const {
    for (Index r = 0; r < taps; ++r) {
      for (Index i = 0; i < parts; ++i) {
        for (Index c = 0; c < depth; ++c) {
          for (Index o = 0; o < outputs; ++o) term(r, i, c, o);
        }
      }
    }
  }
};

Stated stated(Index taps, Index depth, Index filters, Index parts, Index outputs) {
  const Shape f = taps == 1 ? Shape{depth, filters} : Shape{1, 3, 3, depth, filters};
  return {taps,
          depth,
          filters,
          parts,
          outputs,
          mog::random_tensor<double>(f, 1),
          mog::random_tensor<double>({parts, outputs, filters}, 2)};
}

mog::WeightRequest request(const Shape& shape) {
  return {.name = "w", .shape = shape, .initial = Initial::uniform(1.5)};
}

}  // namespace

TEST_CASE("a kernel is what a person puts together by hand, equal scores give the first filter") {
  // Two parts of two channels, three outputs, two filters: f0 = (1, 2), f1 = (3, 4).
  const Variable<double> f{Tensor<double>::from({2, 2}, {1, 3, 2, 4})};
  const Variable<double> q{Tensor<double>::from({2, 3, 2}, {0, 1, 5, -5, 7, 7, 1, 0, -2, -1, -1, -2})};
  Tape<double> tape;
  const Variable<double> w = mog::stack_filters(tape, f, q, 0);
  REQUIRE(w.shape() == Shape{4, 3});
  CHECK(numbers(w.value) == std::vector<double>{3, 1, 1,  // part 0: f1, f0, f0
                                                4, 2, 2,  //
                                                1, 3, 1,  // part 1: f0, f1, f0
                                                2, 4, 2});
}

TEST_CASE("kernel and gradients are those of the header's formulas, 3x3 and pointwise, vectors full and not") {
  constexpr double kBalance = 0.125;
  for (const Stated& z : {stated(1, 2, 3, 4, 5), stated(9, 1, 1, 3, 7), stated(9, 5, 17, 2, 33),
                          stated(9, 16, 8, 4, 16), stated(1, 3, 40, 1, 70)}) {
    CAPTURE(z.outputs);
    Tape<double> tape;
    const Variable<double> f = tape.leaf(z.f), q = tape.leaf(z.q);
    const Variable<double> w = mog::stack_filters(tape, f, q, kBalance);
    const Tensor<double> dw = mog::random_tensor<double>(w.shape(), 3);
    std::vector<double> df(static_cast<std::size_t>(z.f.elements())), dq(static_cast<std::size_t>(z.q.elements()));
    z.for_each([&](Index r, Index i, Index c, Index o) {
      const Index at = z.at_kernel(r, i, c, o), chosen = z.at_filter(r, c, z.selected(i, o));
      CHECK(w.value[at] == z.f[chosen]);
      df[static_cast<std::size_t>(chosen)] += dw[at];
      for (Index j = 0; j < z.filters; ++j) {
        dq[static_cast<std::size_t>((i * z.outputs + o) * z.filters + j)] += dw[at] * z.f[z.at_filter(r, c, j)];
      }
    });
    const double equal = static_cast<double>(z.parts * z.outputs) / static_cast<double>(z.filters);
    for (std::size_t k = 0; k < dq.size(); ++k) {
      dq[k] += kBalance * (z.uses(static_cast<Index>(k) % z.filters) - equal);
    }
    tape.backward(w, dw);
    const Tensor<double> got_df = f.gradient.take(), got_dq = q.gradient.take();
    for (std::size_t k = 0; k < df.size(); ++k) CHECK(std::abs(got_df[static_cast<Index>(k)] - df[k]) < 1e-12);
    for (std::size_t k = 0; k < dq.size(); ++k) CHECK(std::abs(got_dq[static_cast<Index>(k)] - dq[k]) < 1e-12);
  }
}

TEST_CASE("while the selection stands still, filters and pictures have the gradients of central differences") {
  const Tensor<double> q = mog::random_tensor<double>({2, 6, 3}, 4);
  const auto convolution = [&](Tape<double>& tape, std::span<const Variable<double>> in) {
    return mog::conv3x3(tape, in[0], mog::stack_filters(tape, in[1], {q}, 0));
  };
  const auto report = mog::check_gradients(
      convolution, {mog::random_tensor<double>({2, 3, 4, 4}, 5), mog::random_tensor<double>({1, 3, 3, 2, 3}, 6)});
  CHECK_MESSAGE(report.passed, report.worst);
}

TEST_CASE("a source stacks its filters' signs, in full precision the filters, with the straight-through gradient") {
  Parameters<double> p;
  const auto source =
      mog::stacked_filter_weights<double>({.parts = 2, .filters = 3, .balance = 0})(p, request({1, 3, 3, 4, 6}));
  const auto *filters = p.find("w.filters"), *scores = p.find("w.scores");
  REQUIRE(filters != nullptr);
  REQUIRE(scores != nullptr);
  CHECK(filters->value.shape() == Shape{1, 3, 3, 2, 3});
  CHECK(scores->value.shape() == Shape{2, 6, 3});
  CHECK(filters->decays);
  CHECK(scores->decays);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    p.clear_gradients();
    Tape<double> tape, other;
    Pass<double> pass{.tape = tape, .stage = stage};
    const Variable<double> w = source->weights(pass);
    REQUIRE(w.shape() == Shape{1, 3, 3, 4, 6});
    const bool signs = stage != Stage::full_precision;
    const Variable<double> f = other.leaf(filters->value), q = other.leaf(scores->value);
    const Variable<double> expected = mog::stack_filters(other, signs ? mog::binarize(other, f) : f, q, 0);
    CHECK(numbers(w.value) == numbers(expected.value));
    const Tensor<double> dw = mog::random_tensor<double>(w.shape(), 7);
    other.backward(expected, dw);
    const Tensor<double> df = f.gradient.take(), dq = q.gradient.take();
    tape.backward(w, dw);
    CHECK(numbers(filters->gradient) == numbers(df));
    CHECK(numbers(scores->gradient) == numbers(dq));
    Index stopped = 0;
    for (Index i = 0; i < df.elements(); ++i) stopped += std::abs(filters->value[i]) > 1 && df[i] == 0 ? 1 : 0;
    CHECK((stopped > 0) == signs);
  }
}

TEST_CASE("frozen parameters keep their selection: the scores get no gradient, the filters do") {
  Parameters<double> p;
  const auto source = mog::stacked_filter_weights<double>({.parts = 1, .filters = 2})(p, request({3, 4}));
  for (const bool frozen : {true, false}) {
    p.set_frozen(frozen);
    p.clear_gradients();
    Tape<double> tape;
    Pass<double> pass{.tape = tape, .stage = Stage::quantized_weights};
    const Variable<double> w = source->weights(pass);
    tape.backward(w, mog::random_tensor<double>(w.shape(), 8));
    CHECK_FALSE(p.find("w.filters")->gradient.empty());
    CHECK(p.find("w.scores")->gradient.empty() == frozen);
  }
}

TEST_CASE("stored are a bit for each number of a filter, and the bits of an index for each selection") {
  Parameters<float> p;
  const auto storage = [&](const char* name, const StackedFilterOptions& options) {
    return mog::stacked_filter_weights<float>(options)(p, {name, {1, 3, 3, 12, 10}, Initial::uniform(1)})->storage();
  };
  for (const auto& [name, filters, bits] :
       {std::tuple{"a", 1, 0}, {"b", 2, 1}, {"c", 3, 2}, {"d", 4, 2}, {"e", 5, 3}, {"f", 40, 6}}) {
    const mog::WeightStorage stored = storage(name, {.parts = 4, .filters = filters});
    CHECK(stored.stored == filters * 3 * 9);
    CHECK(stored.bits == 1);
    CHECK(stored.index_bits == 4 * 10 * bits);
  }
}

TEST_CASE("a layer that cannot be divided, filters that nothing selects and scores that are no numbers are refused") {
  const auto refused = [](const StackedFilterOptions& options, const Shape& shape, const char* message) {
    Parameters<float> p;
    CHECK_THROWS_WITH_AS(mog::stacked_filter_weights<float>(options)(p, request(shape)), message,
                         std::invalid_argument);
  };
  refused({.parts = 4, .filters = 2}, {1, 3, 3, 6, 8}, "w: 4 parts, expected a divisor of 6 input channels");
  refused({.parts = 0, .filters = 2}, {6, 8}, "w: 0 parts, expected a divisor of 6 input channels");
  refused({.parts = 2, .filters = 0}, {6, 8}, "w: 0 filters, expected 1 to 16, one a selection");
  refused({.parts = 2, .filters = 17}, {6, 8}, "w: 17 filters, expected 1 to 16, one a selection");
  refused({.parts = 2, .filters = 1, .balance = -1}, {6, 8}, "w: balance -1, expected 0 or more");
  refused({.parts = 2, .filters = 1}, {2, 3, 3, 6, 8},
          "w: stacked filters for weights of shape [2, 3, 3, 6, 8], expected [C, O] or [1, 3, 3, C, O]");

  Tape<double> tape;
  const Variable<double> f{Tensor<double>::filled({2, 3}, 1)};
  CHECK_THROWS_AS(mog::stack_filters(tape, f, {Tensor<double>::filled({2, 4, 2}, 1)}, 0), std::invalid_argument);
  CHECK_THROWS_AS(
      mog::stack_filters(tape, {Tensor<double>::filled({2, 2, 3}, 1)}, {Tensor<double>::filled({2, 4, 3}, 1)}, 0),
      std::invalid_argument);
  const Tensor<double> broken = Tensor<double>::filled({2, 4, 3}, 1);
  broken[10] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(mog::stack_filters(tape, f, {broken}, 0), "stack_filters: a score is not a number",
                       mog::NumericError);
}
