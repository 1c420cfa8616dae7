// Starts archive_server.py and stops it at the test's end.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace mog::test {

/// A server of one file on this machine, for two minutes at most. Needs python3: its absence fails the test.
class ArchiveServer {
 public:
  explicit ArchiveServer(const std::filesystem::path& archive) {
    int to_server[2];
    int from_server[2];
    REQUIRE(pipe2(to_server, O_CLOEXEC) == 0);
    REQUIRE(pipe2(from_server, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_server[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from_server[1], STDOUT_FILENO);
    std::string program = "python3";
    std::string script = MOG_SOURCE_DIR "/tests/data/archive_server.py";
    std::string file = archive.string();
    std::string seconds = "120";
    char* argv[] = {program.data(), script.data(), file.data(), seconds.data(), nullptr};
    const int failure = posix_spawnp(&process_, program.c_str(), &actions, nullptr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to_server[0]);
    close(from_server[1]);
    stop_ = to_server[1];
    REQUIRE_MESSAGE(failure == 0, "this test needs python3 for its local server; on Debian: apt-get install python3");
    char byte = 0;
    while (read(from_server[0], &byte, 1) == 1 && byte != '\n') port_ += byte;
    close(from_server[0]);
    REQUIRE_MESSAGE(!port_.empty(), "tests/data/archive_server.py printed no port: see its message above");
  }
  ArchiveServer(const ArchiveServer&) = delete;
  ArchiveServer& operator=(const ArchiveServer&) = delete;
  ~ArchiveServer() {
    close(stop_);  // the server ends when its input does
    waitpid(process_, nullptr, 0);
  }

  [[nodiscard]] std::string url(const std::string& path) const { return "http://127.0.0.1:" + port_ + path; }

 private:
  pid_t process_ = 0;
  int stop_ = -1;
  std::string port_;
};

}  // namespace mog::test
