// Fixed splits: pieces that depend on the size only, every piece done once, whatever the number of threads.
#include "core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
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
  for (const int count : {1, 2, 3, 8, 70}) {
    mog::set_threads(count);
    CHECK(mog::threads() == count);
    for (const Index n : {0, 1, 2, 5, 100, 5001}) {
      std::vector<int> calls(static_cast<std::size_t>(n), 0);
      mog::parallel_for(n, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
      for (const int call : calls) CHECK(call == 1);
    }
  }
  mog::set_threads(before);
}

namespace {

/// Waits until this holds, but not for ever.
template <class Condition>
bool wait_for(const Condition& condition, std::chrono::seconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return condition();
}

}  // namespace

TEST_CASE("a thread that has finished its share helps the others with theirs") {
  const int before = mog::threads();
  mog::set_threads(2);
  std::atomic<int> at_work = 0;
  std::atomic<bool> two = false;  // threads, unless the environment forbids it
  mog::parallel_for(2, [&](Index) {
    ++at_work;
    wait_for([&] { return at_work == 2; }, std::chrono::seconds(5));
    if (mog::thread_number() != 0) two = true;
  });
  if (two) {
    constexpr Index kCount = 64;
    std::atomic<Index> others = 0;
    mog::parallel_for(kCount, [&](Index i) {
      if (i > 0) {
        ++others;
      } else {
        CHECK(wait_for([&] { return others == kCount - 1; }, std::chrono::seconds(60)));
      }
    });
  }
  mog::set_threads(before);
}

TEST_CASE("fewer than one thread is refused") {
  CHECK_THROWS_WITH_AS(mog::set_threads(0), "threads: 0, expected 1 to 4096", std::invalid_argument);
}
