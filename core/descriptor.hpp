// Open file: a POSIX descriptor that is closed on every way out, and whose failures name the file.
#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>

namespace mog {

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retried(const Call& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// Throws IoError "PATH: cannot WHAT: REASON" with what errno says.
[[noreturn]] void fail_at(const std::filesystem::path& path, const char* what);

class Descriptor {
 public:
  /// Opens it; messages name `path`. Throws IoError when that fails.
  Descriptor(const std::filesystem::path& path, int flags, const char* what);
  /// Takes an open one over.
  Descriptor(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }
  void write(std::span<const std::byte> bytes) const;
  /// Brings it to the disk; a failure is "cannot WHAT".
  void sync(const char* what) const;
  /// Some file systems report a failed write only here. After EINTR the descriptor is gone all the same.
  void close(const char* what);

 private:
  std::filesystem::path path_;
  int fd_;
};

}  // namespace mog
