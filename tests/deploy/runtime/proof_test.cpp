// A proven network holds the ranges of its own convolutions, layer by layer; levels may be made from them.
#include "deploy/runtime/proof.hpp"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

#include "tests/deploy/runtime/tiny_network.hpp"

using namespace mog;

namespace {

void check_same(const SumRange& found, const SumRange& expected) {
  CHECK(found.name == expected.name);
  CHECK(found.channels == expected.channels);
  CHECK(found.any_order == expected.any_order);
}

void check_cflog(std::span<const SumRange> found, const IntegerCflog& cflog, const IntegerNetwork& network) {
  const std::vector<SumRange> expected = cflog_ranges(cflog, network.seed, network.top_code());
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) check_same(found[i], expected[i]);
}

}  // namespace

TEST_CASE("each layer's ranges are those of its convolutions, the head's come last") {
  const IntegerNetwork network = testing::small_network();
  const ProvenNetwork proven = prove(network);
  CHECK(proven.network() == network);
  REQUIRE(proven.sums().size() == 1 + 3 * kCflogSums + 1);
  REQUIRE(proven.sums(0).size() == 1);
  check_same(proven.sums(0)[0], conv_range(std::get<IntegerConv>(network.layers[0])));
  check_cflog(proven.sums(1), std::get<IntegerCflog>(network.layers[1]), network);
  const auto& mrb = std::get<IntegerMrb>(network.layers[2]);
  check_cflog(proven.sums(2).first(kCflogSums), mrb.a, network);
  check_cflog(proven.sums(2).last(kCflogSums), mrb.b, network);
  CHECK(proven.sums(3).empty());
  check_same(proven.sums().back(), head_range(network.head, network.top_code(), 2 * 2));
}

TEST_CASE("composed sums are the proven ones but for each CFLOG's second and third, which are no wider") {
  const ProvenNetwork proven = prove(testing::small_network());
  const std::vector<SumRange> composed = composed_sums(proven);
  REQUIRE(composed.size() == proven.sums().size());
  for (std::size_t i = 0; i < composed.size(); ++i) {
    const SumRange& wide = proven.sums()[i];
    CAPTURE(wide.name);
    const bool tightened = wide.name.ends_with(".group") || wide.name.ends_with(".expand");
    if (!tightened) check_same(composed[i], wide);
    CHECK(composed[i].any_order <= wide.any_order);
    for (std::size_t c = 0; c < wide.channels.size(); ++c) {
      CHECK(composed[i].channels[c].low >= wide.channels[c].low);
      CHECK(composed[i].channels[c].high <= wide.channels[c].high);
    }
  }
}

TEST_CASE("levels are made from the proven sums of the layer that they belong to, and checked like any others") {
  const IntegerNetwork network = testing::small_network();
  const auto& cflog = std::get<IntegerCflog>(network.layers[1]);
  std::map<std::string, std::string> made;  // the sums, by layer
  const ProvenNetwork proven = prove(network, [&](const std::string& layer, const SumRange& sums) {
    made[layer] = sums.name;
    Thresholds thresholds = cflog.thresholds;
    for (std::size_t i = 0; i < thresholds.levels.size(); ++i) {
      thresholds.levels[i] = static_cast<std::int32_t>(sums.channels[i / 3].low + 1 + static_cast<Index>(i % 3));
    }
    return thresholds;
  });
  CHECK(made ==
        std::map<std::string, std::string>{
            {"conv", "conv"}, {"cflog1", "cflog1.expand"}, {"mrb1.a", "mrb1.a.expand"}, {"mrb1.b", "mrb1.b.expand"}});
  const Thresholds& thresholds = std::get<IntegerCflog>(proven->layers[1]).thresholds;
  CHECK(thresholds.levels[3] == proven.sums(1)[kExpand].channels[1].low + 1);
  CHECK(thresholds.falling == cflog.thresholds.falling);
  CHECK_THROWS_WITH_AS(prove(network, [](const auto&, const auto&) { return Thresholds(); }),
                       "conv: 0 levels of 0 channels, expected 3 for each of 4", std::invalid_argument);
}
