// Shards in processes: sums in their order, one failure for all, nobody left behind.
#include "core/forked_shards.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"

using namespace mog;

namespace {

/// A shard's numbers of a round: of very different sizes, so that their sum depends on the order.
std::vector<float> numbers_of(int shard, int round, std::size_t count) {
  Random random(static_cast<std::uint64_t>(1000 * shard + round), Purpose::user);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = random.uniform(-1.0F, 1.0F) * (random.bits() % 2 == 0 ? 1e6F : 1e-3F);
  return numbers;
}

bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

}  // namespace

TEST_CASE("sums are those of a loop over the shards in their order, on every shard, round by round") {
  for (const int shards : {1, 2, 3, 5}) {
    ForkedShards processes(shards, 1000);
    const int wrong = processes.run([&](Communicator& me) {
      int differing = 0;
      for (int round = 0; round < 50; ++round) {
        const std::size_t count = static_cast<std::size_t>(1 + 37 * round % 1000);
        std::vector<float> sum = numbers_of(me.shard(), round, count), expected = numbers_of(0, round, count);
        for (int s = 1; s < shards; ++s) {
          const std::vector<float> other = numbers_of(s, round, count);
          for (std::size_t i = 0; i < count; ++i) expected[i] += other[i];
        }
        me.add(sum);
        differing += sum != expected ? 1 : 0;

        const std::vector<double> own = {static_cast<double>(me.shard()), 0.5 * round};
        std::vector<double> all(2 * static_cast<std::size_t>(shards));
        me.gather(own, all);
        for (int s = 0; s < shards; ++s) {
          const auto at = 2 * static_cast<std::size_t>(s);
          differing += all[at] != s || all[at + 1] != 0.5 * round ? 1 : 0;
        }
      }
      std::vector<double> all(static_cast<std::size_t>(shards));
      me.gather(std::vector{static_cast<double>(differing)}, all);  // what the others found
      double sum = 0;
      for (const double each : all) sum += each;
      return static_cast<int>(sum);
    });
    CHECK(wrong == 0);
    CHECK(no_children());
  }
}

TEST_CASE("an exception of one shard is thrown in all, with its kind and its message") {
  for (const int failing : {0, 2}) {
    ForkedShards processes(3, 10);
    CHECK_THROWS_WITH_AS(processes.run([&](Communicator& me) {
      std::vector<float> numbers(10);
      me.add(numbers);
      if (me.shard() == failing) throw NumericError("train: the loss is nan");
      me.add(numbers);
      return 0;
    }),
                         "train: the loss is nan", NumericError);
    CHECK(no_children());
  }
}

TEST_CASE("a shard that dies ends all others, and is said to have died") {
  ForkedShards processes(3, 10);
  CHECK_THROWS_WITH_AS(processes.run([&](Communicator& me) {
    std::vector<float> numbers(10);
    me.add(numbers);
    if (me.shard() == 1) ::kill(::getpid(), SIGKILL);
    me.add(numbers);
    return 0;
  }),
                       "a shard's process was ended by signal 9", ShardFailure);
  CHECK(no_children());
}

TEST_CASE("more numbers than there is room for, and numbers of shards out of range, are refused") {
  CHECK_THROWS_WITH_AS(ForkedShards(0, 10), "shards: 0, expected 1 to 64", std::invalid_argument);
  CHECK_THROWS_WITH_AS(ForkedShards(65, 10), "shards: 65, expected 1 to 64", std::invalid_argument);
  ForkedShards processes(1, 10);
  CHECK_THROWS_WITH_AS(processes.run([](Communicator& me) {
    std::vector<float> numbers(11);
    me.add(numbers);
    return 0;
  }),
                       "shards: 11 numbers at once, expected at most 10", std::invalid_argument);
}
