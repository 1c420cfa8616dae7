// The ranges of sums: no picture leaves them, and each composed end is reached by one.
#include "deploy/runtime/ranges.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.hpp"
#include "deploy/runtime/engine.hpp"

using mog::Index;
using mog::Interval;

namespace {

std::vector<std::int8_t> random_weights(Index count, bool ternary, std::uint64_t seed) {
  mog::Random random(seed, mog::Purpose::user);
  std::vector<std::int8_t> weights(static_cast<std::size_t>(count));
  for (auto& w : weights) {
    w = static_cast<std::int8_t>(ternary ? static_cast<int>(random.below(3)) - 1
                                         : 2 * static_cast<int>(random.below(2)) - 1);
  }
  return weights;
}

mog::IntegerCflog random_cflog(Index in, Index out, Index groups) {
  const Index m = in / 2;
  return {.name = "c",
          .in = in,
          .out = out,
          .groups = groups,
          .automaton = 3,
          .squeeze = mog::pack_weights(mog::WeightKind::binary, random_weights(in * m, false, 1)),
          .group = mog::pack_weights(mog::WeightKind::ternary, random_weights(9 * m * m / groups, true, 2)),
          .thresholds = {}};
}

/// The CFLOG's ranges by composition.
std::vector<mog::SumRange> composed(const mog::IntegerCflog& cflog, std::uint64_t seed, std::int64_t top_code) {
  auto sums = mog::cflog_ranges(cflog, seed, top_code);
  mog::compose(cflog, seed, top_code, sums);
  return sums;
}

/// The sums of the CFLOG at the middle pixel of a 3x3 map of codes.
std::vector<std::vector<std::int64_t>> sums_of(const mog::IntegerCflog& cflog, const std::vector<std::int64_t>& codes,
                                               std::uint64_t seed) {
  const Index m = cflog.latent(), size = m / cflog.groups;
  const auto squeeze = mog::unpack_weights(cflog.squeeze), group = mog::unpack_weights(cflog.group),
             expand = mog::automaton_weights(seed, cflog.automaton, m, cflog.out);
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  std::vector<std::int64_t> squeezed(at(9 * m)), grouped(at(m)), expanded(at(cflog.out));
  for (Index tap = 0; tap < 9; ++tap) {
    for (Index c = 0; c < cflog.in; ++c) {
      for (Index t = 0; t < m; ++t) squeezed[at(tap * m + t)] += codes[at(tap * cflog.in + c)] * squeeze[at(c * m + t)];
    }
    for (Index t = 0; t < m; ++t) {
      for (Index i = 0; i < size; ++i) {
        const Index g = t / size, q = t % size;
        grouped[at(t)] += squeezed[at(tap * m + g * size + i)] * group[at(((g * 9 + tap) * size + i) * size + q)];
      }
    }
  }
  for (Index t = 0; t < m; ++t) {
    for (Index o = 0; o < cflog.out; ++o) expanded[at(o)] += grouped[at(t)] * expand[at(t * cflog.out + o)];
  }
  return {squeezed, grouped, expanded};
}

}  // namespace

TEST_CASE("composed ranges are reached: the codes that push one output as far as they can give its ends") {
  constexpr Index in = 8, out = 6;
  const mog::IntegerCflog cflog = random_cflog(in, out, 2);
  const auto ranges = composed(cflog, 5, 7);
  for (Index o = 0; o < out; ++o) {
    // One code at a time finds the sign of its coefficient.
    std::vector<std::int64_t> highest(9 * in), lowest(9 * in);
    for (std::size_t i = 0; i < highest.size(); ++i) {
      std::vector<std::int64_t> one(9 * in);
      one[i] = 1;
      const std::int64_t coefficient = sums_of(cflog, one, 5)[2][static_cast<std::size_t>(o)];
      (coefficient > 0 ? highest : lowest)[i] = 7;
    }
    const Interval range = ranges[2].channels[static_cast<std::size_t>(o)];
    CHECK(sums_of(cflog, highest, 5)[2][static_cast<std::size_t>(o)] == range.high);
    CHECK(sums_of(cflog, lowest, 5)[2][static_cast<std::size_t>(o)] == range.low);
  }
}

TEST_CASE("composed ranges lie within the intervals', and no random codes leave them") {
  const mog::IntegerCflog cflog = random_cflog(12, 10, 3);
  const auto wide = mog::cflog_ranges(cflog, 5, 3);
  const auto tight = composed(cflog, 5, 3);
  for (std::size_t s = 0; s < 3; ++s) {
    CHECK(tight[s].any_order <= wide[s].any_order);
    CHECK(tight[s].any_order >= tight[s].all().magnitude());
    for (std::size_t c = 0; c < wide[s].channels.size(); ++c) {
      CHECK(tight[s].channels[c].low >= wide[s].channels[c].low);
      CHECK(tight[s].channels[c].high <= wide[s].channels[c].high);
    }
  }
  CHECK(mog::composed_latents(cflog, 3) == tight[mog::kGroup].channels);
  mog::Random random(1, mog::Purpose::user);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<std::int64_t> codes(9 * 12);
    for (auto& code : codes) code = random.below(4);
    const auto sums = sums_of(cflog, codes, 5);
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t c = 0; c < sums[s].size(); ++c) {
        const Interval range = tight[s].channels[c % tight[s].channels.size()];
        REQUIRE(sums[s][c] >= range.low);
        REQUIRE(sums[s][c] <= range.high);
      }
    }
  }
}

TEST_CASE(
    "the bound of partial sums holds for codes that make many latent maps large at once, and is far below the "
    "intervals'") {
  constexpr Index in = 64;
  const mog::IntegerCflog cflog = random_cflog(in, 8, 4);
  const std::int64_t bound = composed(cflog, 5, 7)[2].any_order;
  CHECK(3 * bound < mog::cflog_ranges(cflog, 5, 7)[2].any_order);
  mog::Random random(9, mog::Purpose::user);
  std::int64_t largest = 0;
  for (int trial = 0; trial < 5; ++trial) {
    std::vector<std::int64_t> codes(9 * in);
    for (auto& code : codes) code = random.below(2) * 7;
    const auto magnitude = [&] {
      const std::vector<std::int64_t> maps = sums_of(cflog, codes, 5)[1];
      std::int64_t sum = 0;
      for (const std::int64_t map : maps) sum += std::abs(map);
      return sum;
    };
    for (auto& code : codes) {  // each goes to the end where the maps are larger together
      const std::int64_t before = magnitude();
      code = 7 - code;
      if (magnitude() < before) code = 7 - code;
    }
    largest = std::max(largest, magnitude());
  }
  CHECK(largest <= bound);
  CHECK(3 * largest > bound);  // it is no wild guess
}

TEST_CASE("a first convolution of ones reaches 27 pixels of 127 and of -128") {
  const std::vector<std::int8_t> ones(27, 1);
  const mog::IntegerConv conv{
      .name = "conv", .in = 3, .out = 1, .weight = mog::pack_weights(mog::WeightKind::ternary, ones), .thresholds = {}};
  const mog::SumRange range = mog::conv_range(conv);
  CHECK(range.channels == std::vector<Interval>{{-27 * 128, 27 * 127}});
  CHECK(range.any_order == 27 * 128);
  CHECK(range.bits() == 16);
}

TEST_CASE("a range takes the smallest signed type that holds both of its ends") {
  const auto bits = [](std::int64_t low, std::int64_t high) {
    return mog::SumRange{.name = "r", .channels = {{-1, 1}, {low, high}}, .any_order = 0}.bits();
  };
  CHECK(bits(-128, 127) == 8);
  CHECK(bits(-129, 0) == 16);
  CHECK(bits(0, 128) == 16);
  CHECK(bits(-32768, 32767) == 16);
  CHECK(bits(-32769, 0) == 32);
  CHECK(bits(0, 32768) == 32);
  CHECK(bits(0, std::int64_t{1} << 31) == 64);
}
