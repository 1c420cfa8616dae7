// The runtime gives the reference engine's numbers, in every layer, for any sizes, threads and number of images.
#include "deploy/runtime/runtime.hpp"

#include <doctest/doctest.h>

#include <map>

#include "core/random.hpp"
#include "deploy/random_network.hpp"
#include "tests/deploy/runtime/saturated_network.hpp"

using namespace mog;

namespace {

std::vector<std::uint8_t> random_pixels(Index count, std::uint32_t seed) {
  Random random(seed, Purpose::user);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count));
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  return pixels;
}

std::vector<std::int64_t> class_sums(const IntegerNetwork& network, std::span<const std::uint8_t> pixels) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(network.head.classes));
  run_reference(network, pixels, sums);
  return sums;
}

/// Every map of one image, by its name.
using Maps = std::map<std::string, std::vector<std::int32_t>>;
MapObserver collect(Maps& maps) {
  return [&maps](const IntegerMap& map) { maps[std::string(map.name)] = {map.values.begin(), map.values.end()}; };
}

/// A MOGNET has 34 maps or more: ten CFLOGs of three, the first convolution, three ends of stages.
void check_every_layer(const IntegerNetwork& network, std::uint32_t seed, std::size_t maps = 34) {
  Runtime runtime(prove(network), 1);
  const auto pixels = random_pixels(runtime.image_bytes(), seed);
  Maps got, expected;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(runtime.classes()));
  runtime.run_observed(pixels, sums, collect(got));
  run_reference(network, pixels, sums, collect(expected));
  CHECK(got.size() >= maps);
  for (const auto& map : got) {
    INFO(map.first);
    REQUIRE(expected.count(map.first) == 1);
    CHECK(map.second == expected[map.first]);
  }
  const std::vector<std::int64_t> reference = sums;
  runtime.run(pixels, sums);
  CHECK(sums == reference);
}

}  // namespace

TEST_CASE("every map of every layer is the reference engine's, for k = 1 to 4, groups and odd channel counts") {
  for (const int bits : {1, 2, 3, 4}) {
    for (const auto& size : {std::pair<Index, Index>{2, 1}, {6, 3}, {8, 4}, {20, 2}, {32, 4}}) {
      INFO("k = ", bits, ", n = ", size.first);
      check_every_layer(
          random_network({.maps = size.first, .groups = size.second, .bits = bits, .height = 8, .width = 24}), 1);
    }
  }
}

TEST_CASE("so is every map of the largest published network") {
  for (const int bits : {1, 3}) {
    INFO("k = ", bits);
    check_every_layer(random_network({.maps = 128, .groups = 4, .bits = bits, .classes = 100}), 2);
  }
}

TEST_CASE("latents that need all three of their bytes are expanded with all three") {
  IntegerNetwork network = random_network({.maps = 32, .groups = 4, .bits = 3, .height = 16, .width = 16});
  for (const int weight : {1, -1}) {
    auto& cflog = std::get<IntegerCflog>(network.layers.back());
    const auto fill = [](PackedWeights& weights, int value) {
      const std::vector<std::int8_t> all(static_cast<std::size_t>(weights.count), static_cast<std::int8_t>(value));
      weights = pack_weights(weights.kind, all);
    };
    fill(cflog.squeeze, 1);
    fill(cflog.group, weight);  // the sums reach 2^16, then -2^16
    check_every_layer(network, 7);
  }
}

TEST_CASE("sums of 0 to exactly 2^16 take three bytes, and those to 2^24 four") {
  for (const Index channels : {128, 2048}) {  // 8 x 128 x 64 and 8 x 2048 x 1024
    const IntegerNetwork network = testing::saturated_network(channels, 1);
    Maps maps;
    std::vector<std::int64_t> sums(2);
    Runtime(prove(network), 1).run_observed(random_pixels(27, 8), sums, collect(maps));
    REQUIRE(maps["cflog1.group"].size() == static_cast<std::size_t>(9 * channels / 2));
    CHECK(maps["cflog1.group"][static_cast<std::size_t>(4 * channels / 2)] == (channels == 128 ? 1 << 16 : 1 << 24));
    check_every_layer(network, 8, 4);
  }
}

TEST_CASE("the codes of the random networks are all in use") {
  const IntegerNetwork network = random_network({.maps = 16, .groups = 2, .bits = 3});
  const auto pixels = random_pixels(32 * 32 * 3, 3);
  std::vector<std::int64_t> sums(10);
  run_reference(network, pixels, sums, [](const IntegerMap& map) {
    if (!map.codes() || map.name.find("activation") == std::string_view::npos) return;
    INFO(std::string(map.name));
    for (int code = 0; code < 8; ++code) CHECK(std::count(map.values.begin(), map.values.end(), code) > 0);
  });
}

TEST_CASE("any number of threads and images gives the same class sums") {
  const IntegerNetwork network = random_network({.maps = 12, .groups = 3, .bits = 2, .height = 16, .width = 16});
  const Index bytes = 16 * 16 * 3, images = 7;
  const auto pixels = random_pixels(images * bytes, 4);
  std::vector<std::int64_t> expected;
  for (Index i = 0; i < images; ++i) {
    const auto sums = class_sums(network, std::span(pixels).subspan(static_cast<std::size_t>(i * bytes), bytes));
    expected.insert(expected.end(), sums.begin(), sums.end());
  }
  for (const int threads : {1, 2, 3, 5, 16}) {
    Runtime runtime(prove(network), threads);
    for (const Index count : {0, 1, 2, 3, 7}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::int64_t> sums(static_cast<std::size_t>(count * 10));
      runtime.run(std::span(pixels).first(static_cast<std::size_t>(count * bytes)), sums);
      CHECK(std::equal(sums.begin(), sums.end(), expected.begin()));
    }
  }
}

TEST_CASE("a residual block without pooling, and pooling without a residual block, run too") {
  IntegerNetwork network = random_network({.maps = 8, .groups = 2, .bits = 3, .height = 16, .width = 16});
  std::swap(network.layers[1], network.layers[2]);  // conv, mrb1, cflog1, pool1, ...
  check_every_layer(network, 5);
}

TEST_CASE("layers report their work, and timing adds to every one") {
  const IntegerNetwork network = random_network({.maps = 128});
  Runtime runtime(prove(network), 1);
  Index work = 0;
  for (const RuntimeLayer& layer : runtime.layers()) work += layer.multiply_accumulates;
  CHECK(work == 210976768);  // what mog summary counts
  CHECK(runtime.arena_bytes() > 2 * 32 * 32 * 128);
  CHECK(runtime.arena_bytes() < 800000);
  std::vector<double> seconds(runtime.layers().size());
  std::vector<std::int64_t> sums(10);
  runtime.run_timed(random_pixels(runtime.image_bytes(), 6), sums, seconds);
  for (const double time : seconds) CHECK(time > 0);
}

TEST_CASE("what does not fit is refused by name") {
  const ProvenNetwork network = prove(random_network({.maps = 8, .height = 8, .width = 8}));
  Runtime runtime(network, 1);
  std::vector<std::uint8_t> pixels(200);
  std::vector<std::int64_t> sums(10);
  CHECK_THROWS_WITH_AS(runtime.run(pixels, sums), "runtime: 200 bytes of pixels, expected a multiple of 192",
                       std::invalid_argument);
  pixels.resize(384);
  CHECK_THROWS_WITH_AS(runtime.run(pixels, sums), "runtime: room for 10 class sums, expected 20 for 2 images",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(Runtime(network, 0), "runtime: 0 threads, expected 1 to 4096", std::invalid_argument);
  CHECK_THROWS_WITH_AS(Runtime(prove(random_network({.maps = 128, .groups = 8, .bits = 7})), 1),
                       doctest::Contains("squeeze: sums from -3"), std::invalid_argument);
}
