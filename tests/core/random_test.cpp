// Philox4x32-10 against its authors' known answers, and the streams that are read from it.
#include "core/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/tensor.hpp"

using mog::Purpose;
using mog::Random;
using Words = std::array<std::uint32_t, 4>;

// Salmon et al.'s Random123 library, file kat_vectors, lines "philox4x32 10".
TEST_CASE("Philox4x32-10 gives the published known answers") {
  CHECK(mog::philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(mog::philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(mog::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is Philox at counters (0, a, b, purpose), (1, a, b, purpose), ... with the seed as its key") {
  Random random(0x0123456789abcdef, Purpose::augment, 5, 6);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const Words words = mog::philox4x32({block, 5, 6, 4}, {0x89abcdef, 0x01234567});
    for (const std::uint32_t word : words) CHECK(random.bits() == word);
  }
}

TEST_CASE("streams of different names begin differently") {
  std::set<std::uint32_t> first;
  for (const std::uint64_t seed : {1ULL, 2ULL, 1ULL << 32}) {
    for (const Purpose purpose : {Purpose::weights, Purpose::automaton, Purpose::shuffle}) {
      for (std::uint32_t a = 0; a < 5; ++a) {
        for (std::uint32_t b = 0; b < 5; ++b) first.insert(Random(seed, purpose, a, b).bits());
      }
    }
  }
  CHECK(first.size() == 3 * 3 * 5 * 5);
}

TEST_CASE("uniform numbers are multiples of 2^-24 in [0, 1) with the mean and variance of that range") {
  Random random(3, Purpose::user);
  constexpr int kDraws = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    REQUIRE(std::floor(u * 0x1p24) == u * 0x1p24);
    sum += u;
    squares += u * u;
  }
  const double mean = sum / kDraws;
  CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(1.0 / 12 / kDraws));  // five standard errors
  CHECK(std::abs(squares / kDraws - mean * mean - 1.0 / 12) < 0.002);
}

TEST_CASE("below(n) stays below n and gives every value about equally often") {
  for (const std::uint64_t n : {1ULL, 2ULL, 3ULL, 7ULL, 10ULL}) {
    Random random(4, Purpose::user, static_cast<std::uint32_t>(n));
    std::vector<int> counts(n);
    for (int i = 0; i < 10000; ++i) ++counts.at(random.below(n));
    const double expected = 10000.0 / static_cast<double>(n);
    for (const int count : counts) CHECK(std::abs(count - expected) <= 5 * std::sqrt(expected));
  }
}

TEST_CASE("below rejects the draws that would favour small numbers") {
  // For n = 3 * 2^30 a plain multiply would give the multiples of three twice as often; a quarter of
  // the draws is rejected.
  constexpr std::uint64_t kN = 3ULL << 30;
  Random random(5, Purpose::user);
  int thirds[3] = {0, 0, 0};
  for (int i = 0; i < 30000; ++i) ++thirds[random.below(kN) % 3];
  for (const int count : thirds) CHECK(std::abs(count - 10000) < 500);
}

TEST_CASE("below takes the whole range of 32 bits and refuses nothing to choose from") {
  Random random(6, Purpose::user), same(6, Purpose::user);
  CHECK(random.below(1ULL << 32) == same.bits());
  CHECK_THROWS_AS(random.below(0), std::invalid_argument);
  CHECK_THROWS_AS(random.below((1ULL << 32) + 1), std::invalid_argument);
}

TEST_CASE("a random tensor is a function of its seed, within its bounds") {
  const auto a = mog::random_tensor<float>({10, 10}, 1, -2, 3), b = mog::random_tensor<float>({10, 10}, 1, -2, 3);
  CHECK(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
  for (const float value : a.values()) {
    CHECK(value >= -2);
    CHECK(value < 3);
  }
}
