// Finding a free name, telling a dead writer's file from a living one's, and the renaming.
#include "core/temporary_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "core/error.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

constexpr int kNames = 100;  // tried in turn: as many programs may write one file at once

/// What came of asking for the open file's lock.
enum class Lock { held, taken, unsupported };
Lock lock(int fd) {
  if (retried([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) == 0) return Lock::held;
  return errno == EWOULDBLOCK ? Lock::taken : Lock::unsupported;
}

/// A regular file of this user's under one name only.
bool is_own(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_uid == ::geteuid();
}

/// Removes the file of this name if a writer left it that lives no longer.
bool remove_leftover(const fs::path& name) {
  struct stat status {};
  if (::lstat(name.c_str(), &status) == -1 || !is_own(status)) return false;
  const Descriptor file(name,
                        retried([&] { return ::open(name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (file.get() == -1 || lock(file.get()) != Lock::held) return false;
  // Until the lock was had, its holder may have removed or renamed it, and the name be another file's by now.
  struct stat locked {};
  if (::fstat(file.get(), &locked) == -1 || ::lstat(name.c_str(), &status) == -1) return false;
  if (!is_own(locked) || locked.st_dev != status.st_dev || locked.st_ino != status.st_ino) return false;
  return ::unlink(name.c_str()) == 0;
}

/// Makes the file; nothing when the name is taken. Throws IoError, which names the target.
std::optional<int> make(const fs::path& name, unsigned mode, const fs::path& target) {
  const int fd =
      retried([&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); });
  if (fd == -1 && errno == EEXIST) return std::nullopt;
  if (fd == -1) fail_at(target, "open for writing");
  // In the moment before the lock another writer may have found the file without one, and taken it for a leftover.
  struct stat status {};
  if (lock(fd) != Lock::taken && ::fstat(fd, &status) == 0 && status.st_nlink > 0) return fd;
  ::close(fd);
  return std::nullopt;
}

/// The first name that is free, and the new file of that name.
std::pair<fs::path, int> make_first(const fs::path& target, unsigned mode) {
  for (int number = 0; number < kNames; ++number) {
    fs::path name = target;
    name += concat(".mog-tmp-", number);
    std::optional<int> fd = make(name, mode, target);
    if (!fd && remove_leftover(name)) fd = make(name, mode, target);
    if (fd) return {std::move(name), *fd};
  }
  throw IoError(concat(target.string(), ": cannot open for writing: ", kNames, " files ", target.filename().string(),
                       ".mog-tmp-0, ... are there already"));
}

}  // namespace

TemporaryFile::TemporaryFile(const fs::path& target, unsigned mode) : TemporaryFile(target, make_first(target, mode)) {}

TemporaryFile::TemporaryFile(const fs::path& target, std::pair<fs::path, int> made)
    : target_(target), name_(std::move(made.first)), file_(target, made.second) {}

TemporaryFile::~TemporaryFile() {
  if (!name_.empty()) ::unlink(name_.c_str());
}

void TemporaryFile::replace_target() {
  if (retried([&] { return ::rename(name_.c_str(), target_.c_str()); }) == -1)
    fail_at(target_, "rename the written file to this name");
  name_.clear();
}

}  // namespace mog
