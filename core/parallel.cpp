// The number of threads: one setting for the process, from OpenMP unless somebody says otherwise.
#include "core/parallel.hpp"

#include <omp.h>

#include <atomic>

#include "core/error.hpp"

namespace mog {
namespace {

std::atomic<int>& setting() {
  static std::atomic<int> count{omp_get_max_threads()};
  return count;
}

}  // namespace

int thread_number() { return omp_get_thread_num(); }
int team_size() { return omp_get_num_threads(); }

int threads() { return setting().load(std::memory_order_relaxed); }

void set_threads(int count) {
  require(count >= 1, "threads: ", count, ", expected at least 1");
  setting().store(count, std::memory_order_relaxed);
}

}  // namespace mog
