// A step of the training run takes no memory from the system after the first few.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/train/tiny.hpp"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

/// Counts what happens between the beginnings of two steps.
class AllocationCounter : public mog::TrainListener {
 public:
  void on_step(const Progress& progress) override {
    const long now = allocations.load();
    if (progress.step > 3) steps_that_allocate += now != before ? 1 : 0;
    before = now;
  }
  int steps_that_allocate = 0;
  long before = 0;
};

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

TEST_CASE("after three steps of an epoch a step of the run allocates nothing") {
  mog::TrainOptions options = mog::testing::tiny_options();
  options.recipe.stages[1].average = 0.9;
  mog::testing::TinyRun run(options);
  AllocationCounter counter;
  run.trainer.set_listener(counter);
  run.trainer.set_stop([] { return false; });
  const long before = allocations.load();
  run.trainer.run();
  CHECK(allocations.load() > before);
  CHECK(counter.steps_that_allocate == 0);
}
