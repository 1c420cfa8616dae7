// The lines that stand for levels in the exported C take the levels' own decisions, for every sum of the range.
#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "deploy/c_export/levels.hpp"
#include "deploy/lowering.hpp"

using mog::Index;

namespace {

/// Channels whose levels come from random normalisations: on lines, rising and falling, some beyond the sums' range.
mog::Thresholds random_thresholds(mog::SumRange& sums, int bits, Index channels) {
  mog::Random random(3, mog::Purpose::user);
  mog::Thresholds thresholds;
  const std::size_t count = (std::size_t{1} << bits) - 1;
  for (Index c = 0; c < channels; ++c) {
    const float width = std::exp2(random.uniform(1.0F, 14.0F));
    const auto low = -static_cast<std::int64_t>(random.below(3000)),
               high = static_cast<std::int64_t>(random.below(3000));
    std::vector<std::int32_t> levels(count);
    const bool falling = mog::find_levels({.scale = c % 9 == 8 ? 0.0F : random.uniform(-1.0F, 1.0F) / width,
                                           .shift = random.uniform(-1.0F, 2.0F),
                                           .unit = 1,
                                           .bits = bits,
                                           .low = low,
                                           .high = high},
                                          levels.data());
    thresholds.falling.push_back(falling ? 1 : 0);
    thresholds.levels.insert(thresholds.levels.end(), levels.begin(), levels.end());
    sums.channels.push_back({low, high});
  }
  return thresholds;
}

/// Channels whose decisions differ for some sum of their range.
Index differing(const mog::Thresholds& thresholds, const mog::SumRange& sums, int fraction) {
  const auto lines = mog::c_export::level_lines(thresholds, sums, fraction);
  const std::size_t channels = thresholds.falling.size(), count = thresholds.levels.size() / channels;
  Index wrong = 0;
  for (std::size_t o = 0; o < channels; ++o) {
    bool same = true;
    for (std::int64_t sum = sums.channels[o].low; sum <= sums.channels[o].high; ++sum) {
      const std::int64_t v = thresholds.falling[o] != 0 ? -sum : sum;
      for (std::size_t j = 0; j < count; ++j) {
        const auto first = static_cast<std::int64_t>(lines.first[o]);
        const bool reached = lines.slope[o] >= 0
                                 ? v * (1 << fraction) >= first + static_cast<std::int64_t>(j) * lines.slope[o]
                                 : v >= lines.listed[static_cast<std::size_t>(first) + j];
        same = same && reached == (v >= thresholds.levels[o * count + j]);
      }
    }
    wrong += same ? 0 : 1;
  }
  return wrong;
}

}  // namespace

TEST_CASE("lines decide as the levels do, for any fraction and number of bits") {
  for (const int bits : {1, 2, 3, 5}) {
    mog::SumRange sums;
    const mog::Thresholds thresholds = random_thresholds(sums, bits, 60);
    for (const int fraction : {0, 3, 8, 12}) {
      CAPTURE(bits);
      CAPTURE(fraction);
      CHECK(differing(thresholds, sums, fraction) == 0);
    }
  }
}

TEST_CASE("with a fraction, nearly every channel of a normalisation lies on a line") {
  mog::SumRange sums;
  const mog::Thresholds thresholds = random_thresholds(sums, 3, 200);
  const auto lines = mog::c_export::level_lines(thresholds, sums, 8);
  CHECK(lines.listed.size() <= 7 * 2);
}

TEST_CASE("levels on no line are listed, also beside the largest numbers") {
  const mog::SumRange sums{.name = "", .channels = {{-100, 100}, {-2147483600, 2147483600}}, .any_order = 0};
  const mog::Thresholds thresholds{.falling = {0, 1}, .levels = {-50, 40, 41, -2147483647, 0, 2147483601}};
  const auto lines = mog::c_export::level_lines(thresholds, sums, 12);
  CHECK(lines.slope == std::vector<std::int32_t>{-1, -1});
  CHECK(lines.first == std::vector<std::int32_t>{0, 3});
  CHECK(lines.listed == thresholds.levels);
}
