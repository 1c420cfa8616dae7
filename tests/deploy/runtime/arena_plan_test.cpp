// Buffers that are alive together never share bytes, and those that are not do.
#include "deploy/runtime/arena_plan.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"

using mog::ArenaPlan;
using mog::Index;

TEST_CASE("a chain of equal buffers takes the memory of two") {
  ArenaPlan plan;
  for (Index i = 0; i < 10; ++i) {
    const Index buffer = plan.add(100);
    plan.use(buffer, i);
    plan.use(buffer, i + 1);
  }
  plan.place();
  CHECK(plan.bytes() == 2 * 128);
}

TEST_CASE("buffers alive at the same time lie apart, aligned, within the block") {
  mog::Random random(1, mog::Purpose::user);
  for (int round = 0; round < 50; ++round) {
    struct Buffer {
      Index bytes, first, last;
    };
    std::vector<Buffer> buffers;
    ArenaPlan plan;
    Index most = 0;
    for (Index i = 0; i < 30; ++i) {
      const Index first = random.below(20), last = first + random.below(6);
      buffers.push_back({1 + Index{random.below(1000)}, first, last});
      const Index buffer = plan.add(buffers.back().bytes);
      CHECK(buffer == i);
      plan.use(buffer, last);
      plan.use(buffer, first);
      most += (buffers.back().bytes + 63) / 64 * 64;
    }
    plan.place();
    CHECK(plan.bytes() < most);
    for (Index a = 0; a < 30; ++a) {
      const Buffer& one = buffers[static_cast<std::size_t>(a)];
      CHECK(plan.offset(a) % 64 == 0);
      CHECK(plan.offset(a) + one.bytes <= plan.bytes());
      for (Index b = 0; b < a; ++b) {
        const Buffer& other = buffers[static_cast<std::size_t>(b)];
        const bool together = one.first <= other.last && other.first <= one.last;
        const bool apart =
            plan.offset(a) + one.bytes <= plan.offset(b) || plan.offset(b) + other.bytes <= plan.offset(a);
        CHECK((!together || apart));
      }
    }
  }
}
