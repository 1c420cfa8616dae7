// posix_spawnp and waitpid.
#include "core/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace mog {

int run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& package,
                const std::string& output) {
  // The interface wants char*, but does not write through it.
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!output.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  }
  pid_t child = 0;
  const int failure = posix_spawnp(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  const auto missing = [&] {
    return IoError(concat(program, ": no such program; on Debian: apt-get install ", package));
  };
  if (failure == ENOENT) throw missing();
  if (failure != 0) throw IoError(concat(program, ": cannot be started: ", std::strerror(failure)));

  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw IoError(concat(program, ": cannot be waited for: ", std::strerror(errno)));
  }
  // POSIX lets a start fail in the child alone, which then ends with 127; neither curl nor tar nor a compiler does so
  // by itself.
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) throw missing();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace mog
