// An integer network is refused, by layer, for whatever an engine could not run; hand-computed answers of a tiny one.
#include "deploy/runtime/integer_network.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>

#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/proof.hpp"
#include "tests/deploy/runtime/tiny_network.hpp"

using mog::Index;
using mog::IntegerCflog;
using mog::IntegerConv;
using mog::IntegerMrb;
using mog::IntegerNetwork;
using mog::WeightKind;

namespace {

/// The message with which a network that was sound before the change is refused.
std::string refusal(const std::function<void(IntegerNetwork&)>& change) {
  IntegerNetwork network = mog::testing::small_network();
  mog::prove(network);
  change(network);
  try {
    mog::prove(network);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

IntegerCflog& cflog(IntegerNetwork& network) { return std::get<IntegerCflog>(network.layers[1]); }

}  // namespace

TEST_CASE("what does not fit is refused by name") {
  CHECK(refusal([](auto& n) { n.bits = 9; }) == "integer network: k = 9, expected 1 to 8");
  CHECK(refusal([](auto& n) { n.bits = 3; }).starts_with("conv: 12 levels of 4 channels, expected 7 for each of 4"));
  CHECK(refusal([](auto& n) { n.layers.erase(n.layers.begin()); }) ==
        "integer network: the first layer is no convolution of pixels");
  CHECK(refusal([](auto& n) { n.layers.push_back(n.layers[0]); }).starts_with("integer network: layer 4 takes pixels"));
  CHECK(refusal([](auto& n) { cflog(n).in = 6; }) == "cflog1: 6 input channels, expected 4, and an even number");
  CHECK(refusal([](auto& n) { cflog(n).groups = 3; }) == "cflog1: 3 groups, expected a divisor of 2");
  CHECK(refusal([](auto& n) { cflog(n).squeeze.bytes.pop_back(); }) ==
        "cflog1.squeeze: 0 bytes of weights, expected 1");
  CHECK(refusal([](auto& n) { cflog(n).group.bytes[0] = 0b10; }) ==
        "cflog1.group: two bits are 10, which is no weight");
  CHECK(refusal([](auto& n) { cflog(n).group.bytes.back() |= 0x80; }) ==
        "cflog1.group: the last byte's unused bits are not 0");
  CHECK(refusal([](auto& n) { cflog(n).thresholds.falling[2] = 2; }) ==
        "cflog1: channel 2 neither rises nor falls, expected 0 or 1");
  CHECK(refusal([](auto& n) { std::get<IntegerMrb>(n.layers[2]).b.out = 2; }).starts_with("mrb1.b: "));
  CHECK(refusal([](auto& n) { n.layers.insert(n.layers.end(), 2, n.layers[3]); }) ==
        "pool1: maps of 1 x 1, expected even sizes");
  CHECK(refusal([](auto& n) { n.head.offset[1] = std::int64_t{1} << 62; }).starts_with("head: offset "));
  CHECK(refusal([](auto& n) { n.class_names.pop_back(); }) == "head: 2 class names, expected 3");
}

TEST_CASE("sums that 32 bits do not hold are refused by name") {
  constexpr Index in = 1024, m = in / 2;
  const std::vector<std::int8_t> conv(9 * 3 * in, 0), squeeze(in * m, 1), group(9 * m * m, 1), head(2 * 2, 1);
  IntegerNetwork network = mog::testing::example_network();
  const auto levels = [](Index channels) {
    return mog::Thresholds{.falling = std::vector<std::uint8_t>(static_cast<std::size_t>(channels)),
                           .levels = std::vector<std::int32_t>(static_cast<std::size_t>(3 * channels))};
  };
  network.layers = {IntegerConv{.name = "conv",
                                .in = 3,
                                .out = in,
                                .weight = mog::pack_weights(WeightKind::ternary, conv),
                                .thresholds = levels(in)},
                    IntegerCflog{.name = "cflog1",
                                 .in = in,
                                 .out = 2,
                                 .groups = 1,
                                 .automaton = 0,
                                 .squeeze = mog::pack_weights(WeightKind::binary, squeeze),
                                 .group = mog::pack_weights(WeightKind::ternary, group),
                                 .thresholds = levels(2)}};
  network.head.weight = mog::pack_weights(WeightKind::binary, head);
  // 3 codes x 1024 x 9 x 512 in each of 512 latent maps.
  CHECK_THROWS_WITH_AS(mog::prove(network), "cflog1.expand: sums reach 7247757312, which 32 bits do not hold",
                       std::invalid_argument);
}

TEST_CASE("a head whose sums 32 bits do not hold is refused: every pixel's codes are added up") {
  IntegerNetwork network = mog::testing::example_network();
  network.height = 1093;
  network.width = 1094;
  CHECK_NOTHROW(mog::prove(network));  // 3 codes x 2 channels x 1,195,742 pixels
  const auto widen = [&](Index channels) {
    auto& conv = std::get<IntegerConv>(network.layers[0]);
    const auto count = static_cast<std::size_t>(channels);
    conv.out = network.head.in = channels;
    conv.weight = mog::pack_weights(WeightKind::ternary, std::vector<std::int8_t>(27 * count));
    network.bits = 8;
    conv.thresholds = {.falling = std::vector<std::uint8_t>(count), .levels = std::vector<std::int32_t>(255 * count)};
    network.head.weight = mog::pack_weights(WeightKind::binary, std::vector<std::int8_t>(2 * count, 1));
  };
  widen(7);  // 255 x 7 x 1,195,742 is below 2^31
  CHECK_NOTHROW(mog::prove(network));
  widen(8);
  CHECK_THROWS_WITH_AS(mog::prove(network), "head: sums reach 2439313680, which 32 bits do not hold",
                       std::invalid_argument);
}

TEST_CASE("maps larger than any engine should make room for are refused by name") {
  IntegerNetwork network = mog::testing::example_network();
  network.height = network.width = 1095;  // 28 numbers a pixel, the fourth of 4 left empty
  CHECK_THROWS_WITH_AS(mog::prove(network), "conv: a map of 1095 x 1095 x 27 numbers, expected at most 33554432",
                       std::invalid_argument);
  network.height = network.width = 1024;
  network.head.classes = 36;  // of whose sums one engine makes a map
  network.head.weight = mog::pack_weights(WeightKind::binary, std::vector<std::int8_t>(72, 1));
  network.head.multiplier.assign(36, 1);
  network.head.offset.assign(36, 1);
  network.class_names.clear();
  CHECK_THROWS_WITH_AS(mog::prove(network), "head: a map of 1024 x 1024 x 36 numbers, expected at most 33554432",
                       std::invalid_argument);
}

TEST_CASE("the example answers as one computes it by hand") {
  const IntegerNetwork network = mog::testing::example_network();
  // All weights of channel o at position (tap, input) are (2 (3 tap + input) + o) mod 3 - 1: over the three inputs of a
  // tap they are -1, 1, 0 and 0, -1, 1, so that grey pictures sum to 0, codes 2 and 0.
  const std::vector<std::uint8_t> grey(2 * 2 * 3, 200);
  std::vector<std::int64_t> sums(2);
  std::vector<std::int32_t> codes;
  mog::run_reference(network, grey, sums, [&](const mog::IntegerMap& map) {
    if (map.codes()) codes.assign(map.values.begin(), map.values.end());
  });
  CHECK(codes == std::vector<std::int32_t>{2, 0, 2, 0, 2, 0, 2, 0});
  // Head: the sum over four pixels of 2 x (1, -1) + 0 x (-1, 1) is (8, -8).
  CHECK(sums == std::vector<std::int64_t>{3 * 8 - 5, -2 * -8 + 7});
  CHECK(mog::best_class(sums) == 1);
  CHECK(mog::best_class(std::vector<std::int64_t>{4, 4}) == 0);
  CHECK_THROWS_AS(mog::run_reference(network, std::vector<std::uint8_t>(11), sums), std::invalid_argument);
}

TEST_CASE("the bits of weights are counted by kind") {
  const IntegerNetwork network = mog::testing::small_network();
  CHECK(mog::weight_bits(network) == 2 * 9 * 3 * 4 + 3 * (4 * 2 + 2 * 9 * 2) + 2 * 12);
}
