// Levels come back as they went in, take as few bits as promised, and damaged streams are refused.
#include "deploy/runtime/level_packing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/random.hpp"

using mog::Index;
using mog::Thresholds;

namespace {

/// Levels of random affine maps, as lowering makes them.
Thresholds random_thresholds(Index channels, Index levels, std::uint64_t seed) {
  mog::Random random(seed, mog::Purpose::user);
  Thresholds thresholds;
  for (Index c = 0; c < channels; ++c) {
    thresholds.falling.push_back(static_cast<std::uint8_t>(random.below(2)));
    const double first = random.uniform(-9000.0F, 9000.0F), step = random.uniform(20.0F, 900.0F);
    for (Index j = 0; j < levels; ++j) {
      thresholds.levels.push_back(static_cast<std::int32_t>(std::ceil(first + step * static_cast<double>(j))));
    }
  }
  return thresholds;
}

void check_round_trip(const Thresholds& thresholds, Index levels) {
  const mog::PackedLevels packed = mog::pack_levels(thresholds, levels);
  const Index channels = static_cast<Index>(thresholds.falling.size());
  CHECK(mog::unpack_levels(packed.coding, packed.bytes, channels, levels) == thresholds);
}

}  // namespace

TEST_CASE("levels come back, for every number of levels and channels") {
  for (const Index levels : {1, 3, 7, 15, 255}) {
    for (const Index channels : {1, 2, 7, 64, 129}) check_round_trip(random_thresholds(channels, levels, 5), levels);
  }
}

TEST_CASE("levels that lie on no line, and the extremes of 32 bits, come back") {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min() + 1;
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  Thresholds thresholds{.falling = {0, 1, 0, 1, 0},
                        .levels = {least, least, least, most, most, most, least, 0, most, 5, 5, 900, -7, 3, 3}};
  check_round_trip(thresholds, 3);
  mog::Random random(2, mog::Purpose::user);
  for (auto& level : thresholds.levels) level = static_cast<std::int32_t>(random.bits() | 1);
  for (std::size_t c = 0; c < 5; ++c) std::sort(&thresholds.levels[3 * c], &thresholds.levels[3 * c] + 3);
  check_round_trip(thresholds, 3);
}

TEST_CASE(
    "seven levels of a line take the bits of two and two for each of the others; one channel off it costs itself") {
  Thresholds thresholds = random_thresholds(256, 7, 1);
  const std::size_t plain = mog::pack_levels(thresholds, 7).bytes.size();
  CHECK(plain <= 256 * (2 + 15 + 13 + 5 * 2) / 8 + 1);
  for (std::size_t j = 3; j < 7; ++j) thresholds.levels[j] = thresholds.levels[2] + 10000;
  CHECK(mog::pack_levels(thresholds, 7).bytes.size() <= plain + 32);
}

TEST_CASE("a stream that is too short, too long or ends in ones is refused") {
  const mog::PackedLevels packed = mog::pack_levels(random_thresholds(9, 7, 3), 7);
  std::vector<std::uint8_t> bytes = packed.bytes;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(mog::unpack_levels(packed.coding, std::span(bytes).first(size), 9, 7), std::invalid_argument);
  }
  bytes.push_back(0);
  CHECK_THROWS_AS(mog::unpack_levels(packed.coding, bytes, 9, 7), std::invalid_argument);
  CHECK_THROWS_AS(mog::unpack_levels(packed.coding, packed.bytes, 1000, 7), std::invalid_argument);
  mog::LevelCoding wide = packed.coding;
  wide.span_bits = 33;
  CHECK_THROWS_AS(mog::unpack_levels(wide, packed.bytes, 9, 7), std::invalid_argument);
}
