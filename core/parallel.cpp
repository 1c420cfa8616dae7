// The number of threads: one setting for the process, OpenMP's until it is set.
#include "core/parallel.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "core/error.hpp"
#include "core/processors.hpp"

namespace mog {
namespace {

/// OMP_NUM_THREADS where it is set, else the processors that this process may use.
int first_setting() {
  const int count = std::getenv("OMP_NUM_THREADS") != nullptr ? omp_get_max_threads() : usable_processors();
  return std::min(count, kMostThreads);
}

std::atomic<int>& setting() {
  static std::atomic<int> count{first_setting()};
  return count;
}

thread_local int limit = kMostThreads;

void require_count(int count) {
  require(count >= 1 && count <= kMostThreads, "threads: ", count, ", expected 1 to ", kMostThreads);
}

}  // namespace

int thread_number() { return omp_get_thread_num(); }
int team_size() { return omp_get_num_threads(); }

int threads() { return std::min(setting().load(std::memory_order_relaxed), limit); }

void set_threads(int count) {
  require_count(count);
  setting().store(count, std::memory_order_relaxed);
}

ThreadLimit::ThreadLimit(int count) : before_(limit) {
  require_count(count);
  limit = std::min(limit, count);
}
ThreadLimit::~ThreadLimit() { limit = before_; }

}  // namespace mog
