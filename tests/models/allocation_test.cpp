// A training step after the first takes no memory from the system: every way to the heap is counted.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "core/kernels/isa.hpp"
#include "core/parallel.hpp"
#include "tests/models/tiny_run.hpp"
#include "tests/support/heap_requests.hpp"

using mog::test::requests;

TEST_CASE("the counter sees every kind of request") {
  const auto grew = [](const auto& request) {
    const long before = requests;
    request();
    return requests > before;
  };
  CHECK(grew([] { std::free(std::malloc(10)); }));
  CHECK(grew([] { std::free(std::aligned_alloc(64, 128)); }));
  CHECK(grew([] { ::operator delete(::operator new(10)); }));
  CHECK(grew([] { const mog::Tensor<float> tensor({10}); }));
  CHECK(grew([] { CHECK(std::string(100, 'x').size() == 100); }));
  CHECK_FALSE(grew([] {}));
}

namespace {

// The reference rows are never clever: they take memory as they go.
void run_five_steps(mog::Stage stage) {
  mog::TinyRun run(stage);
  run.step();
  const std::size_t peak = run.tape().arena().peak_bytes();
  CHECK(run.tape().arena().bytes_in_use() == 0);
  for (int step = 2; step <= 5; ++step) {
    const long before = requests;
    run.step();
    const long after = requests;
    if (mog::kernels::chosen_isa() != mog::kernels::Isa::reference) CHECK(after - before == 0);
    CHECK(run.tape().arena().peak_bytes() == peak);
  }
}

}  // namespace

TEST_CASE(
    "steps 2 to 5 of each run allocate nothing, and need no more memory than the first, on any number of threads") {
  for (const int threads : {1, 2, 3}) {
    CAPTURE(threads);
    mog::set_threads(threads);
    for (const mog::Stage stage : {mog::Stage::full_precision, mog::Stage::quantized_weights, mog::Stage::quantized}) {
      run_five_steps(stage);
    }
  }
}
