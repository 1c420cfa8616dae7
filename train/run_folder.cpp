// Making and locking a run's folder.
#include "train/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace mog {

RunFolder::RunFolder(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) throw IoError(concat(path_.string(), ": cannot make this folder: ", error.message()));
  const std::filesystem::path name = path_ / "lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ == -1) throw IoError(concat(name.string(), ": cannot open: ", std::strerror(errno)));
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  ::close(lock_);
  if (reason == EWOULDBLOCK) throw IoError(concat(path_.string(), ": another program is training in this folder"));
  throw IoError(concat(name.string(), ": cannot lock: ", std::strerror(reason)));
}

void RunFolder::require_empty() const {
  require(!std::filesystem::exists(last()), path_.string(),
          ": holds a run already; resume it, or choose another folder");
}

RunFolder::~RunFolder() { ::close(lock_); }

}  // namespace mog
