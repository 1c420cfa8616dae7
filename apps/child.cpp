// fork, as posix_spawn cannot set the signal of a parent's death.
#include "apps/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/error.hpp"

namespace mog::apps {
namespace {

constexpr const char* kSelf = "/proc/self/exe";
constexpr int kNotStarted = 127;

/// SIGINT and SIGTERM wait while one lives: between fork and exec they would meet the parent's handler in the child.
class Waiting {
 public:
  Waiting() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, &before_);
  }
  ~Waiting() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  /// In the child: as exec leaves them, now.
  void end_with_default_handlers() const {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

/// In the child: nothing but calls that are allowed between fork and exec.
[[noreturn]] void become(char* const* argv, pid_t parent, const Waiting& waiting) {
  waiting.end_with_default_handlers();
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) ::close(nothing);
  if (::getppid() == parent) ::execv(kSelf, argv);  // else the parent is gone already
  ::_exit(kNotStarted);
}

pid_t start(char* const* argv) {
  const pid_t parent = ::getpid();
  const Waiting waiting;
  const pid_t child = ::fork();
  if (child == -1) throw IoError(concat(kSelf, ": cannot be started: ", std::strerror(errno)));
  if (child == 0) become(argv, parent, waiting);
  return child;
}

}  // namespace

int run_self(const std::vector<std::string>& words, const std::function<bool()>& stop) {
  // The interface wants char*, but does not write through it.
  std::vector<char*> argv = {const_cast<char*>("mog")};
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);

  const pid_t child = start(argv.data());
  int status = 0;
  bool asked = false;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended == -1 && errno != EINTR) {
      throw IoError(concat(words.front(), ": cannot be waited for: ", std::strerror(errno)));
    }
    if (!asked && stop()) {
      asked = true;
      ::kill(child, SIGINT);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted) throw IoError(concat(kSelf, ": cannot be started"));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace mog::apps
