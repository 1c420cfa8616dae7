// The integer network, and what it answers, are the same in a host program that rounds otherwise or drops small
// numbers.
#include "tests/support/host_environment.hpp"

#include <doctest/doctest.h>

#include "deploy/lowering.hpp"
#include "deploy/runtime/runtime.hpp"
#include "tests/deploy/random_mognet.hpp"

TEST_CASE("lowering and running give the same network and sums under each rounding, with and without small numbers") {
  mog::testing::RandomMognet trained({.maps = 8, .groups = 2, .bits = 3, .classes = 4}, 5);
  const auto lowered = [&] { return mog::lower(trained.network, 5, {.height = 8, .width = 16}); };
  const mog::ProvenNetwork expected = lowered();
  const auto pixels = mog::testing::random_pixels(5 * 8 * 16 * 3, 1);
  const auto sums = [&](int threads) {
    mog::Runtime runtime(expected, threads);
    std::vector<std::int64_t> found(20);
    runtime.run(pixels, found);
    return found;
  };
  const std::vector<std::int64_t> expected_sums = sums(1);
  for (const auto& setting : mog::test::host_settings()) {
    CAPTURE(setting.name);
    const mog::test::HostEnvironment host(setting);
    CHECK(lowered().network() == expected.network());
    CHECK(sums(1) == expected_sums);
    CHECK(sums(3) == expected_sums);
  }
}
