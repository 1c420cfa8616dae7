// The automaton against a cell-by-cell oracle and against rule 30's published centre column.
#include "layers/automaton.hpp"

#include <doctest/doctest.h>

#include <set>

#include "core/random.hpp"

using mog::Automaton;
using mog::Index;
using State = std::vector<std::uint8_t>;

namespace {

State random_state(std::size_t cells, std::uint32_t stream) {
  mog::Random random(1, mog::Purpose::user, stream);
  State state(cells);
  for (auto& cell : state) cell = static_cast<std::uint8_t>(random.below(2));
  return state;
}

/// Wolfram's definition, one cell at a time.
State naive_step(const State& state, int rule) {
  const std::size_t n = state.size();
  State next(n);
  for (std::size_t i = 0; i < n; ++i) {
    const int neighbourhood = 4 * state[(i + n - 1) % n] + 2 * state[i] + state[(i + 1) % n];
    next[i] = static_cast<std::uint8_t>(rule >> neighbourhood & 1);
  }
  return next;
}

State cells_of(const Automaton& automaton) {
  State state;
  for (Index i = 0; i < automaton.cells(); ++i) state.push_back(automaton.cell(i) ? 1 : 0);
  return state;
}

}  // namespace

TEST_CASE("every rule agrees with the cell-by-cell oracle on rings of any size") {
  for (const std::size_t cells : {1U, 2U, 3U, 5U, 31U, 63U, 64U, 65U, 127U, 128U, 129U, 191U, 512U}) {
    for (int rule = 0; rule <= 255; ++rule) {
      State state = random_state(cells, static_cast<std::uint32_t>(rule));
      Automaton automaton(state, rule);
      REQUIRE(cells_of(automaton) == state);
      for (int t = 0; t < 20; ++t) {
        state = naive_step(state, rule);
        automaton.step();
        CAPTURE(cells);
        CAPTURE(rule);
        REQUIRE(cells_of(automaton) == state);
      }
    }
  }
}

TEST_CASE("one live cell under rule 30 has the centre column of OEIS A051023") {
  const int column[] = {1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1};
  for (const std::size_t cells : {63U, 65U, 101U, 256U}) {  // wide enough that the ring does not close in 24 steps
    State state(cells, 0);
    state[cells / 2] = 1;
    Automaton automaton(state);
    for (const int expected : column) {
      CHECK(automaton.cell(static_cast<Index>(cells / 2)) == (expected == 1));
      automaton.step();
    }
  }
}

TEST_CASE("rule 30 is left XOR (centre OR right)") {
  for (int neighbourhood = 0; neighbourhood < 8; ++neighbourhood) {
    const int left = neighbourhood >> 2, centre = neighbourhood >> 1 & 1, right = neighbourhood & 1;
    CHECK((30 >> neighbourhood & 1) == (left ^ (centre | right)));
  }
}

TEST_CASE("generated weights are the states one after another, the first of them included: 0 is -1, 1 is +1") {
  State state = random_state(70, 3);
  const mog::Tensor<float> weights = mog::generated_weights<float>(Automaton(state), 9);
  REQUIRE(weights.shape() == mog::Shape{9, 70});
  for (Index t = 0; t < 9; ++t) {
    for (std::size_t o = 0; o < 70; ++o) {
      REQUIRE(weights[t * 70 + static_cast<Index>(o)] == (state[o] == 1 ? 1.0F : -1.0F));
    }
    state = naive_step(state, 30);
  }
}

TEST_CASE("the first state is a function of seed and layer") {
  const auto drawn = [](std::uint64_t seed, std::uint32_t layer) { return cells_of(Automaton(100, seed, layer)); };
  CHECK(drawn(1, 2) == drawn(1, 2));
  CHECK(drawn(1, 2) != drawn(1, 3));
  CHECK(drawn(1, 2) != drawn(2, 2));
}

TEST_CASE("a first state is drawn 32 cells a word, the first cell from the lowest bit") {
  mog::Random random(5, mog::Purpose::automaton, 7);
  const State state = cells_of(Automaton(40, 5, 7));
  const std::uint32_t words[2] = {random.bits(), random.bits()};
  for (std::size_t i = 0; i < 40; ++i) CHECK(state[i] == (words[i / 32] >> (i % 32) & 1));
}

TEST_CASE("from a random first state no two output channels of the paper's sizes are the same") {
  for (const Index cells : {128, 256, 512}) {
    const Index states = cells / 4;
    const mog::Tensor<float> weights = mog::generated_weights<float>(Automaton(cells, 1, 0), states);
    std::set<std::vector<float>> channels;
    for (Index o = 0; o < cells; ++o) {
      std::vector<float> channel;
      for (Index t = 0; t < states; ++t) channel.push_back(weights[t * cells + o]);
      channels.insert(channel);
    }
    CHECK(static_cast<Index>(channels.size()) == cells);
  }
}

TEST_CASE("impossible automata are refused") {
  CHECK_THROWS_WITH_AS(Automaton({}), "automaton: no cells, expected at least 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(Automaton({0, 2}), "automaton: cell 1 is 2, expected 0 or 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(Automaton({0, 1}, 256), "automaton: rule 256, expected 0 to 255", std::invalid_argument);
  CHECK_THROWS_AS(Automaton({0, 1}, -1), std::invalid_argument);
  CHECK_THROWS_AS(Automaton(0, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS(mog::generated_weights<float>(Automaton({0, 1}), 0), std::invalid_argument);
}
