// What steps cost between shards: the mean over steps alone, whatever passes between them and before the first.
#include "train/step_traffic.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "core/forked_shards.hpp"

using namespace mog;

namespace {

/// Counts what it hears.
struct Heard final : TrainListener {
  void on_step(const Progress&) override { ++steps; }
  void on_epoch(const EpochRow&) override { ++epochs; }
  void on_message(const std::string&) override { ++messages; }
  int steps = 0, epochs = 0, messages = 0;
};

}  // namespace

TEST_CASE("the mean is of steps; what was before the first and at the end of an epoch is not part of it") {
  Traffic so_far{.bytes = 7, .waiting = 7, .sending = 7, .adding = 7};
  Heard heard;
  StepTraffic traffic([&] { return so_far; }, heard);
  CHECK(traffic.text().empty());
  traffic.begin();
  const auto pass = [&](Index bytes) {
    so_far += {.bytes = bytes, .waiting = 0.003, .sending = 0.002, .adding = 0.001};
  };
  pass(100);
  traffic.on_step({});
  pass(5000);  // measuring
  traffic.on_epoch({});
  pass(200);
  traffic.on_step({});
  traffic.on_message("anything");
  CHECK(traffic.text() ==
        "a step of shard 0, in the mean: 3.00 ms waiting for others, 1.00 ms adding up, 2.00 ms sending 150 bytes to "
        "other ranks");
  CHECK(heard.steps == 2);
  CHECK(heard.epochs == 1);
  CHECK(heard.messages == 1);
}

TEST_CASE(
    "shards of one machine send nothing, and the seconds of a call are those that it waits and those that it adds") {
  ForkedShards processes(2, 1000);
  double measured = 0;
  processes.run([&](Communicator& me) {
    std::vector<float> numbers(1000, 1.0F);
    const SecondsOf call(measured);
    for (int round = 0; round < 20; ++round) me.add(numbers);
    return 0;
  });
  const Traffic all = processes.traffic();
  CHECK(all.bytes == 0);
  CHECK(all.sending == 0);
  CHECK(all.waiting > 0);
  CHECK(all.adding > 0);
  CHECK(all.waiting + all.adding <= measured);
  Heard heard;
  StepTraffic traffic([&] { return all; }, heard);
  traffic.on_step({});
  CHECK(traffic.text().find("bytes") == std::string::npos);
}
