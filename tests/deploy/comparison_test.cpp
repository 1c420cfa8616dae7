// The comparison with the plain loops finds nothing where there is nothing, and names the place of what differs.
#include "deploy/comparison.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "deploy/random_network.hpp"
#include "tests/deploy/random_mognet.hpp"

using namespace mog;

namespace {

IntegerNetwork network_of(std::uint64_t seed) {
  return random_network({.maps = 8, .groups = 2, .bits = 2, .classes = 5, .height = 8, .width = 16, .seed = seed});
}

/// The plain loops of a network.
IntegerForward loops(const IntegerNetwork& network) {
  return [&network](auto pixels, auto class_sums, const MapObserver& observer) {
    run_reference(network, pixels, class_sums, observer);
  };
}

}  // namespace

TEST_CASE("the plain loops do not differ from themselves: every code and every sum is counted") {
  const IntegerNetwork network = network_of(1);
  Comparison comparison(network, network, loops(network));
  comparison.add(testing::random_pixels(3 * 8 * 16 * 3, 1));
  comparison.add(testing::random_pixels(2 * 8 * 16 * 3, 2));
  CHECK(comparison.images() == 5);
  CHECK(comparison.layers().size() > 40);
  Index codes = 0, sums = 0;
  for (const LayerComparison& layer : comparison.layers()) (layer.codes ? codes : sums) += layer.values;
  CHECK(codes > 5 * 8 * 16 * 8);
  CHECK(sums > codes / 2);
  CHECK(comparison.differing_codes() == 0);
  CHECK(comparison.differing_sums() == 0);
  CHECK(comparison.differing_answers() == 0);
  CHECK(comparison.largest_deviation() == 0);
  CHECK(comparison.largest_logit() > 0);
  CHECK_FALSE(comparison.first());
}

TEST_CASE("one level that is another is found in its layer and channel, and what follows from it") {
  const IntegerNetwork meant = network_of(1);
  IntegerNetwork network = meant;
  auto& conv = std::get<IntegerConv>(network.layers.front());
  for (std::size_t j = 0; j < 3; ++j)
    conv.thresholds.levels[3 * 5 + j] = 100000 + static_cast<std::int32_t>(j);  // no sum reaches it: always 0
  Comparison comparison(meant, network, loops(network));
  comparison.add(testing::random_pixels(2 * 8 * 16 * 3, 3));
  REQUIRE(comparison.first());
  CHECK(comparison.first()->layer == "conv.activation");
  CHECK(comparison.first()->image == 0);
  CHECK(comparison.first()->channel == 5);
  CHECK(comparison.first()->integer == 0);
  CHECK(comparison.first()->expected > 0);
  CHECK(comparison.differing_codes() > 0);
  CHECK(comparison.differing_sums() > 0);
}

TEST_CASE("what is meant may be run in another way, whose class sums and codes then count") {
  const IntegerNetwork network = network_of(1);
  const IntegerForward off = [&network](auto pixels, auto class_sums, const MapObserver& observer) {
    run_reference(network, pixels, class_sums, [&](const IntegerMap& map) {
      if (map.name != "conv.activation") observer(map);
    });
    class_sums[3] += 1;
  };
  Comparison comparison(network, off, network, loops(network));
  comparison.add(testing::random_pixels(2 * 8 * 16 * 3, 1));
  CHECK(comparison.differing_class_sums() == 2);
  REQUIRE(comparison.first());
  CHECK(comparison.first()->layer == "conv.activation");
  CHECK(comparison.differing_codes() == 2 * 8 * 16 * 8);
}

TEST_CASE("maps that the other network does not have differ; sizes and classes that cannot be compared are refused") {
  const IntegerNetwork meant = network_of(1);
  const IntegerNetwork wider =
      random_network({.maps = 16, .groups = 2, .bits = 2, .classes = 5, .height = 8, .width = 16});
  Comparison comparison(meant, wider, loops(wider));
  comparison.add(testing::random_pixels(8 * 16 * 3, 1));
  CHECK(comparison.differing_codes() > 0);
  CHECK(std::isnan(comparison.first()->expected));
  CHECK_THROWS_AS(comparison.add(testing::random_pixels(8 * 16 * 3 + 1, 1)), std::invalid_argument);

  for (const RandomNetworkOptions& options :
       {RandomNetworkOptions{.maps = 8, .groups = 2, .classes = 4, .height = 8, .width = 16},
        RandomNetworkOptions{.maps = 8, .groups = 2, .classes = 5, .height = 8, .width = 8}}) {
    const IntegerNetwork other = random_network(options);
    CHECK_THROWS_AS(Comparison(meant, other, loops(other)), std::invalid_argument);
  }
}
