// Threads on trial, and what a child process knows of its parent's.
#include "core/team.hpp"

#include <omp.h>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/error.hpp"

namespace mog {
namespace {

thread_local int had = 1;            // threads of this thread's last region: OpenMP keeps them for the next
thread_local bool orphaned = false;  // begun by fork(), without the other threads of the parent
bool several = false;                // threads in the process that is about to fork

/// The system counts a process's threads as folders. Where there is no such folder: several, to be safe.
bool has_several_threads() {
  struct stat tasks {};
  constexpr nlink_t kOneThread = 3;  // ".", "..", and the thread's own
  return ::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink != kOneThread;
}

/// Have every fork() of this process noted, whoever calls it.
[[maybe_unused]] const int noted =
    ::pthread_atfork([] { several = has_several_threads(); }, nullptr, [] { orphaned = orphaned || several; });

/// Threads that have begun and not ended, all at a time.
class Trial {
 public:
  Trial() { ::pthread_mutex_lock(&end_); }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() {
    ::pthread_mutex_unlock(&end_);
    for (const pthread_t thread : threads_) ::pthread_join(thread, nullptr);
    ::pthread_mutex_destroy(&end_);
  }

  /// One more; the system's error number where it refuses.
  int start() {
    threads_.reserve(threads_.size() + 1);
    pthread_t thread;
    const int error = ::pthread_create(&thread, nullptr, &Trial::wait, &end_);
    if (error == 0) threads_.push_back(thread);
    return error;
  }

 private:
  static void* wait(void* end) {
    ::pthread_mutex_lock(static_cast<pthread_mutex_t*>(end));
    ::pthread_mutex_unlock(static_cast<pthread_mutex_t*>(end));
    return nullptr;
  }

  pthread_mutex_t end_ = PTHREAD_MUTEX_INITIALIZER;
  std::vector<pthread_t> threads_;
};

void try_threads(int count) {
  Trial trial;
  for (int more = had; more < std::min(count, omp_get_thread_limit()); ++more) {
    if (const int error = trial.start(); error != 0) {
      throw IoError(concat("threads: the system refuses number ", more + 1, " of ", count, ": ", std::strerror(error)));
    }
  }
}

}  // namespace

int team_for(int count) {
  if (orphaned || count <= 1) return 1;
  if (omp_get_active_level() >= omp_get_max_active_levels()) return count;  // within a region: it starts none
  if (count > had) try_threads(count);
  had = count;
  return count;
}

}  // namespace mog
