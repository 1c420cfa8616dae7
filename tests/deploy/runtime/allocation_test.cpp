// The runtime allocates nothing after loading: every way to the heap is counted.
#include <doctest/doctest.h>

#include <vector>

#include "deploy/random_network.hpp"
#include "deploy/runtime/runtime.hpp"
#include "tests/support/heap_requests.hpp"

using mog::test::requests;

TEST_CASE("loading is seen by the counter") {
  const long before = requests;
  const mog::Runtime runtime(mog::prove(mog::random_network({.maps = 8, .height = 8, .width = 8})), 1);
  CHECK(requests > before);
}

TEST_CASE("no run allocates, not even the first, whatever the number of threads and images") {
  const mog::ProvenNetwork network = mog::prove(mog::random_network({.maps = 32, .groups = 4, .bits = 3}));
  for (const int threads : {1, 2, 3}) {
    mog::Runtime runtime(network, threads);
    for (const mog::Index images : {1, 2, 5}) {
      const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * runtime.image_bytes()), 77);
      std::vector<std::int64_t> sums(static_cast<std::size_t>(images * runtime.classes()));
      const long before = requests;
      runtime.run(pixels, sums);
      const long after = requests;
      CAPTURE(threads);
      CAPTURE(images);
      CHECK(after - before == 0);
    }
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(runtime.image_bytes()), 77);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(runtime.classes()));
    std::vector<double> seconds(runtime.layers().size());
    const long before = requests;
    runtime.run_timed(pixels, sums, seconds);
    const long after = requests;
    CHECK(after - before == 0);
  }
}
