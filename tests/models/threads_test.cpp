// Training gives the same bytes on any number of threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "core/parallel.hpp"
#include "tests/models/tiny_run.hpp"

using mog::Stage;

namespace {

/// All numbers of a network after four steps on `threads` threads.
std::vector<float> trained(Stage stage, int threads) {
  const int before = mog::threads();
  mog::set_threads(threads);
  mog::TinyRun run(stage);
  for (int step = 0; step < 4; ++step) run.step();
  mog::set_threads(before);

  std::vector<float> numbers;
  for (const auto& p : run.parameters().trained()) {
    numbers.insert(numbers.end(), p.value.values().begin(), p.value.values().end());
  }
  for (const auto& buffer : run.parameters().buffers()) {
    numbers.insert(numbers.end(), buffer.value.values().begin(), buffer.value.values().end());
  }
  return numbers;
}

}  // namespace

TEST_CASE("1, 2 and 3 threads train the same network, byte for byte, in each of the three runs") {
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    const std::vector<float> one = trained(stage, 1);
    for (const int threads : {2, 3}) {
      CAPTURE(threads);
      const std::vector<float> many = trained(stage, threads);
      REQUIRE(many.size() == one.size());
      CHECK(std::memcmp(many.data(), one.data(), one.size() * sizeof(float)) == 0);
    }
  }
}
