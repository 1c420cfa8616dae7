// Weights of one and two bits come back as they went in; an automaton's are those that training expands.
#include "deploy/runtime/weights.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "layers/automaton.hpp"

using mog::Index;
using mog::WeightKind;

namespace {

std::vector<std::int8_t> random_weights(WeightKind kind, Index count) {
  mog::Random random(7, mog::Purpose::user);
  std::vector<std::int8_t> weights(static_cast<std::size_t>(count));
  for (auto& w : weights) {
    w = static_cast<std::int8_t>(kind == WeightKind::binary ? 2 * static_cast<int>(random.below(2)) - 1
                                                            : static_cast<int>(random.below(3)) - 1);
  }
  return weights;
}

}  // namespace

TEST_CASE("packed weights come back, whatever their number") {
  for (const WeightKind kind : {WeightKind::binary, WeightKind::ternary}) {
    for (const Index count : {1, 3, 4, 7, 8, 9, 31, 64, 65, 1000}) {
      const auto weights = random_weights(kind, count);
      const mog::PackedWeights packed = mog::pack_weights(kind, weights);
      CHECK(static_cast<Index>(packed.bytes.size()) == mog::packed_bytes(kind, count));
      CHECK(packed.bits() == count * (kind == WeightKind::binary ? 1 : 2));
      CHECK(mog::unpack_weights(packed) == weights);
    }
  }
}

TEST_CASE("the first weight lies in the lowest bits") {
  const std::vector<std::int8_t> binary{1, -1, -1, 1, -1, -1, -1, -1, 1}, ternary{1, 0, -1, -1, 1};
  CHECK(mog::pack_weights(WeightKind::binary, binary).bytes == std::vector<std::uint8_t>{0b1001, 1});
  CHECK(mog::pack_weights(WeightKind::ternary, ternary).bytes == std::vector<std::uint8_t>{0b11110001, 1});
}

TEST_CASE("a weight that is none of the kind's is refused") {
  const std::vector<std::int8_t> zero{1, 0}, two{2};
  CHECK_THROWS_WITH_AS(mog::pack_weights(WeightKind::binary, zero), "pack_weights: weight 1 is 0, expected -1 or 1",
                       std::invalid_argument);
  CHECK_THROWS_AS(mog::pack_weights(WeightKind::ternary, two), std::invalid_argument);
}

TEST_CASE("an automaton's weights are those that training expands") {
  const auto weights = mog::automaton_weights(11, 4, 40, 70);
  const mog::Tensor<float> trained = mog::generated_weights<float>(mog::Automaton(70, 11, 4), 40);
  REQUIRE(static_cast<Index>(weights.size()) == trained.elements());
  for (Index i = 0; i < trained.elements(); ++i) REQUIRE(weights[static_cast<std::size_t>(i)] == trained[i]);
}
