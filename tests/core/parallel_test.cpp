// Fixed splits: pieces that depend on the size only, every piece done once, whatever the number of threads.
#include "core/parallel.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

using mog::Index;

TEST_CASE("pieces follow each other without gap or overlap, nearly equal, on multiples of the grain") {
  for (const Index n : {0, 1, 2, 7, 16, 100, 1023, 4096}) {
    for (const Index pieces : {1, 2, 3, 7, 16, 200}) {
      for (const Index grain : {1, 4, 16}) {
        Index expected = 0, smallest = n, largest = 0;
        for (Index i = 0; i < pieces; ++i) {
          const mog::Range range = mog::piece_of(n, pieces, i, grain);
          REQUIRE(range.begin == expected);
          REQUIRE((range.end % grain == 0 || range.end == n));
          smallest = std::min(smallest, range.end - range.begin);
          largest = std::max(largest, range.end - range.begin);
          expected = range.end;
        }
        REQUIRE(expected == n);
        REQUIRE(largest - smallest <= 2 * grain);
      }
    }
  }
}

TEST_CASE("parallel_for calls each index once, for any number of threads") {
  const int before = mog::threads();
  for (const int count : {1, 2, 3, 8}) {
    mog::set_threads(count);
    CHECK(mog::threads() == count);
    for (const Index n : {0, 1, 2, 5, 100}) {
      std::vector<int> calls(static_cast<std::size_t>(n), 0);
      mog::parallel_for(n, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
      for (const int call : calls) CHECK(call == 1);
    }
  }
  mog::set_threads(before);
}

TEST_CASE("fewer than one thread is refused") {
  CHECK_THROWS_WITH_AS(mog::set_threads(0), "threads: 0, expected at least 1", std::invalid_argument);
}
