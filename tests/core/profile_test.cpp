// Profile: what operations cost is recorded by name and sizes while a profile lives, and nothing otherwise.
#include "core/profile.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

using mog::Profile;
using mog::Timed;

TEST_CASE("calls of one name and sizes gather in one entry, in the order of first calls") {
  const Profile profile;
  for (int i = 0; i < 3; ++i) {
    { const Timed timed("b", {7}, {.flops = 10, .bytes = 4}); }
    { const Timed timed("a", {7, 8}, {.flops = 1}); }
  }
  { const Timed timed("a", {7, 9}, {}); }
  REQUIRE(profile.entries().size() == 3);
  const Profile::Entry& first = profile.entries()[0];
  CHECK(first.name == "b");
  CHECK(first.calls == 3);
  CHECK(first.work.flops == 30);
  CHECK(first.work.bytes == 12);
  CHECK(first.seconds >= 0);
  CHECK(profile.entries()[1].calls == 3);
  CHECK(profile.entries()[2].calls == 1);
}

TEST_CASE("nothing is gathered before a profile lives or after, and only one lives at a time") {
  { const Timed timed("before", {}, {}); }
  {
    const Profile profile;
    CHECK(profile.entries().empty());
    CHECK_THROWS_AS(Profile(), std::invalid_argument);
    { const Timed timed("during", {}, {}); }
    CHECK(profile.entries().size() == 1);
  }
  { const Timed timed("after", {}, {}); }
  const Profile another;
  CHECK(another.entries().empty());
}

TEST_CASE("kernels report themselves: an addition reads two numbers and writes one") {
  Profile profile;
  const float a[3] = {1, 2, 3}, b[3] = {4, 5, 6};
  float y[3];
  mog::kernels::add(mog::kernels::Add<float>{.a = a, .b = b, .y = y, .count = 3});
  REQUIRE(profile.entries().size() == 1);
  CHECK(profile.entries()[0].name == "add");
  CHECK(profile.entries()[0].work.bytes == 36);
  profile.clear();
  CHECK(profile.entries().empty());
}
