// A child process made by fork() that does one thing and says whether it held; and limits that it may set itself.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

namespace mog::test {

/// How the child that called holds() ended: 0 where it returned true, 1 where it did not, 2 after an exception, minus
/// the signal's number where one ended it: SIGALRM where it took more than a minute.
template <class Claim>
int in_child(const Claim& holds) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    int result = 2;
    try {
      result = holds() ? 0 : 1;
    } catch (...) {
    }
    _exit(result);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 3;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/// From here on the system starts no thread for this process: for a child that ends soon. Whether that could be had.
inline bool forbid_threads() {
  constexpr uid_t kNobody = 65534;
  const rlimit none{0, 0};
  return setrlimit(RLIMIT_NPROC, &none) == 0 && (geteuid() != 0 || setuid(kNobody) == 0);  // root has no limit
}

/// Threads of this process.
inline long thread_count() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator());
}

}  // namespace mog::test
