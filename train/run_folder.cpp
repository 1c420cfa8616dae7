// Making and locking a run's folder.
#include "train/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace mog {
namespace {

/// A descriptor of this file, locked until it is closed; -1 where its file system does not lock such a file. Throws
/// IoError when it cannot be opened, or when another process has locked it.
int locked(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (fd == -1) throw IoError(concat(path.string(), ": cannot open: ", std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int reason = errno;
  ::close(fd);
  if (reason == EWOULDBLOCK) {
    const std::filesystem::path folder = (flags & O_DIRECTORY) != 0 ? path : path.parent_path();
    throw IoError(concat(folder.string(), ": another program is training in this folder"));
  }
  errno = reason;
  return -1;
}

}  // namespace

RunFolder::RunFolder(std::filesystem::path path, bool hold) : path_(std::move(path)) {
  if (!hold) return;
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) throw IoError(concat(path_.string(), ": cannot make this folder: ", error.message()));
  lock_ = locked(path_, O_RDONLY | O_DIRECTORY);
  if (lock_ == -1) lock_ = locked(path_ / "lock", O_RDWR | O_CREAT);
  if (lock_ == -1) throw IoError(concat(path_.string(), ": cannot lock: ", std::strerror(errno)));
}

void RunFolder::require_empty() const {
  require(!std::filesystem::exists(last()), path_.string(),
          ": holds a run already; resume it, or choose another folder");
}

RunFolder::~RunFolder() {
  if (lock_ != -1) ::close(lock_);
}

}  // namespace mog
