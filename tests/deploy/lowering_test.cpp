// A lowered network takes every decision as the trained one does: the trained network's own evaluation is the oracle.
#include "deploy/lowering.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/kernels/reference.hpp"
#include "deploy/comparison.hpp"
#include "tests/deploy/random_mognet.hpp"

using mog::Index;

namespace {

/// The code of sum s by the levels.
int code_of(const std::vector<std::int32_t>& levels, bool falling, std::int64_t s) {
  const std::int64_t v = falling ? -s : s;
  int code = 0;
  for (const std::int32_t level : levels) code += v >= level ? 1 : 0;
  return code;
}

/// Levels of one channel against the float function itself at every sum of the range.
void check_levels(const mog::ChannelAffineCode& channel) {
  CAPTURE(channel.scale);
  CAPTURE(channel.shift);
  CAPTURE(channel.bits);
  std::vector<std::int32_t> levels((std::size_t{1} << channel.bits) - 1);
  const bool falling = mog::find_levels(channel, levels.data());
  for (std::int64_t s = channel.low; s <= channel.high; ++s) {
    const float z = std::fma(static_cast<float>(s) * channel.unit, channel.scale, channel.shift);
    const int expected = static_cast<int>(mog::kernels::qrelu_code(z, channel.bits));
    if (code_of(levels, falling, s) != expected) {
      FAIL_CHECK("sum " << s << ": code " << code_of(levels, falling, s) << ", expected " << expected);
      return;
    }
  }
}

}  // namespace

TEST_CASE("levels are the float function's own decisions, ties, falling and dead channels included") {
  for (const int bits : {1, 2, 3, 8}) {
    const float top = static_cast<float>((1 << bits) - 1);
    // Halfway between two codes at every integer sum, from both sides of zero.
    check_levels({.scale = 0.5F / top, .shift = 0, .unit = 1, .bits = bits, .low = -600, .high = 600});
    check_levels({.scale = -0.5F / top, .shift = 0.5F, .unit = 1, .bits = bits, .low = -600, .high = 600});
    check_levels({.scale = 0x1p-7F, .shift = 0.5F, .unit = 0x1p-7F, .bits = bits, .low = -3456, .high = 3429});
    // Always the same code: a scale of zero, or a range that the shift outweighs.
    for (const float shift : {-1.0F, 0.0F, 0.4F, 0.5F, 2.0F, std::numeric_limits<float>::denorm_min()}) {
      check_levels({.scale = 0, .shift = shift, .unit = 1, .bits = bits, .low = -40, .high = 60});
      check_levels({.scale = -0.0F, .shift = shift, .unit = 1, .bits = bits, .low = -40, .high = 60});
      check_levels({.scale = 1e-12F, .shift = shift, .unit = 1, .bits = bits, .low = -40, .high = 60});
      check_levels({.scale = -1e-12F, .shift = shift, .unit = 1, .bits = bits, .low = -40, .high = 60});
    }
    check_levels({.scale = 1e30F, .shift = -1e30F, .unit = 1, .bits = bits, .low = -5, .high = 5});
    check_levels({.scale = -1e-45F, .shift = 0, .unit = 1, .bits = bits, .low = -5, .high = 5});
  }
}

TEST_CASE("levels are the float function's own decisions for random channels") {
  mog::Random random(3, mog::Purpose::user);
  for (int i = 0; i < 200; ++i) {
    const float width = std::exp2(random.uniform(2.0F, 14.0F));  // sums from code 0 to the largest
    const float sign = random.below(2) == 0 ? 1.0F : -1.0F;
    check_levels({.scale = sign / width,
                  .shift = random.uniform(-1.0F, 2.0F),
                  .unit = 1,
                  .bits = static_cast<int>(random.below(4)) + 1,
                  .low = -5000,
                  .high = 7000});
  }
}

TEST_CASE("every code and every sum of every layer equals the trained network's, for k = 1 to 4 and either head") {
  for (const int bits : {1, 2, 3, 4}) {
    for (const auto head : {mog::MognetOptions::Head::binary, mog::MognetOptions::Head::ternary}) {
      mog::testing::RandomMognet trained({.maps = 8, .groups = 2, .bits = bits, .classes = 5, .head = head}, 7);
      const mog::IntegerNetwork network = mog::lower(trained.network, 7, {.height = 16, .width = 24});
      mog::Comparison comparison(std::ref(trained.network), network, [&](auto pixels, auto sums, const auto& observer) {
        mog::run_reference(network, pixels, sums, observer);
      });
      comparison.add(mog::testing::random_pixels(3 * 16 * 24 * 3, 1));
      comparison.add(mog::testing::random_pixels(2 * 16 * 24 * 3, 2));
      CHECK(comparison.images() == 5);
      CHECK(comparison.layers().size() == 1 + 1 + 10 * 4 + 3 + 3 + 1);
      CHECK(comparison.differing_codes() == 0);
      CHECK(comparison.differing_sums() == 0);
      CHECK(comparison.differing_answers() == 0);
      CHECK_FALSE(comparison.first().has_value());
      // Float logits are means of 6 rounded numbers: a few units in the last place.
      CHECK(comparison.largest_deviation() <= 8 * 0x1p-24 * (1 + comparison.largest_logit()) * 6);
    }
  }
}

TEST_CASE("a changed level is found, and named by layer, picture and place") {
  mog::testing::RandomMognet trained({.maps = 8, .groups = 2, .bits = 2}, 7);
  mog::IntegerNetwork network = mog::lower(trained.network, 7, {.height = 16, .width = 16});
  auto& levels = std::get<mog::IntegerCflog>(network.layers[1]).thresholds.levels;
  for (std::size_t j = 0; j < 3; ++j) levels[3 * 4 + j] = std::numeric_limits<std::int32_t>::min() + 1;  // channel 4
  mog::Comparison comparison(std::ref(trained.network), network, [&](auto pixels, auto sums, const auto& observer) {
    mog::run_reference(network, pixels, sums, observer);
  });
  comparison.add(mog::testing::random_pixels(2 * 16 * 16 * 3, 1));
  REQUIRE(comparison.first().has_value());
  CHECK(comparison.first()->layer == "cflog1.activation");
  CHECK(comparison.first()->image == 0);
  CHECK(comparison.first()->channel == 4);
  CHECK(comparison.first()->integer == 3);
  CHECK(comparison.differing_codes() > 0);
}

TEST_CASE("the largest map of the paper's network fits its types; one that does not is refused by name") {
  mog::testing::RandomMognet trained({.maps = 8, .groups = 2, .bits = 3}, 1);
  mog::IntegerNetwork network = mog::lower(trained.network, 1);
  CHECK_NOTHROW(mog::prove(network));
  auto& cflog = std::get<mog::IntegerCflog>(network.layers[1]);
  cflog.thresholds.levels[0] = cflog.thresholds.levels[1] + 1;
  CHECK_THROWS_WITH_AS(mog::prove(network), "cflog1: channel 0: its levels do not ascend", std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::lower(trained.network, 2), doctest::Contains("cflog1: its generated weights are not"),
                       std::invalid_argument);
  CHECK_THROWS_AS(mog::lower(trained.network, 1, {.height = 12}), std::invalid_argument);
}
