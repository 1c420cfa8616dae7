// Teams: a host program that forks, or that the system refuses threads, goes on.
#include "core/team.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "tests/support/child.hpp"

using mog::Index;
using mog::test::in_child;

namespace {

/// Each of many numbers is counted once, by parallel_for with so many threads.
bool counts(int threads) {
  const mog::ThreadLimit limit(threads);
  std::vector<int> calls(1000, 0);
  mog::parallel_for(1000, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
  return calls == std::vector<int>(1000, 1);
}

/// claim() on a thread of its own.
template <class Claim>
bool on_new_thread(const Claim& claim) {
  bool holds = false;
  std::thread([&] { holds = claim(); }).join();
  return holds;
}

}  // namespace

// Before any other: a process has one thread until its first parallel region.
TEST_CASE("a child forked from a process of one thread has all that it asks for") {
  if (mog::test::thread_count() != 1) return;  // a sanitizer has one of its own
  CHECK(in_child([] { return mog::team_for(3) == 3 && counts(3); }) == 0);
}

TEST_CASE("one thread starts none") {
  CHECK(in_child([] { return counts(1) && mog::team_for(1) == 1 && mog::test::thread_count() == 1; }) == 0);
}

TEST_CASE("a child forked from a process that has run several threads computes on its only one, and on new ones") {
  mog::set_threads(3);
  REQUIRE(counts(3));
  CHECK(in_child([] { return counts(3) && mog::team_for(3) == 1; }) == 0);
  CHECK(in_child([] { return on_new_thread([] { return mog::team_for(3) == 3 && counts(3); }) && counts(3); }) == 0);
  CHECK(in_child([] { return in_child([] { return counts(3); }) == 0; }) == 0);
  CHECK(counts(3));
}

TEST_CASE("threads that the system refuses are an error that names them, and fewer work on") {
  mog::set_threads(3);
  CHECK(in_child([] {
          return on_new_thread([] {  // which is nobody's orphan
            if (!mog::test::forbid_threads()) return true;
            std::string message;
            try {
              counts(3);
            } catch (const mog::IoError& error) {
              message = error.what();
            }
            return message.starts_with("threads: the system refuses number 2 of 3: ") && counts(1) &&
                   mog::test::thread_count() == 2;
          });
        }) == 0);
}

TEST_CASE("a limit holds for its own thread, as long as it lives") {
  mog::set_threads(3);
  {
    const mog::ThreadLimit limit(2);
    CHECK(mog::threads() == 2);
    CHECK(on_new_thread([] { return mog::threads() == 3; }));
    const mog::ThreadLimit wider(64);
    CHECK(mog::threads() == 2);
  }
  CHECK(mog::threads() == 3);
  CHECK_THROWS_WITH_AS(mog::ThreadLimit none(0), "threads: 0, expected 1 to 4096", std::invalid_argument);
}
