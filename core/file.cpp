// Crash-safe replacement of a file, and reading one whole.
#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what) {
  const int error = errno;
  throw IoError(concat(path.string(), ": cannot ", what, ": ", std::strerror(error)));
}

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retried(const Call& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// An open file that is closed on every way out.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, const char* what)
      : path_(path), fd_(retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); })) {
    if (fd_ == -1) fail(path, what);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ != -1) ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  void write(Bytes bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = retried([&] { return ::write(fd_, bytes.data(), bytes.size()); });
      if (written == -1) fail(path_, "write");
      if (written == 0) throw IoError(concat(path_.string(), ": cannot write: the system takes no more bytes"));
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void sync() const {
    if (retried([&] { return ::fsync(fd_); }) == -1) fail(path_, "bring to the disk");
  }
  /// Some file systems report a failed write only here. After EINTR the descriptor is gone all the same.
  void close() {
    if (::close(std::exchange(fd_, -1)) == -1 && errno != EINTR) fail(path_, "close");
  }

 private:
  const fs::path& path_;
  int fd_;
};

/// A regular file to be read, and its size.
class Input {
 public:
  explicit Input(const fs::path& path)
      : path_(path), file_(path, O_RDONLY | O_NONBLOCK, "open") {  // a pipe without a writer must not hang us
    struct stat status {};
    if (::fstat(file_.get(), &status) == -1) fail(path, "read its size");
    if (!S_ISREG(status.st_mode)) throw IoError(concat(path.string(), ": cannot read: not a regular file"));
    size_ = status.st_size;
  }

  [[nodiscard]] Index size() const { return size_; }
  /// The first bytes, at most size().
  [[nodiscard]] std::vector<std::byte> read(Index count) const {
    std::vector<std::byte> bytes(static_cast<std::size_t>(count));
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t got = retried([&] { return ::read(file_.get(), bytes.data() + done, bytes.size() - done); });
      if (got == -1) fail(path_, "read");
      if (got == 0) throw DataError(concat(path_.string(), ": ends at byte ", done, ", expected ", bytes.size()));
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  const fs::path& path_;
  Descriptor file_;
  Index size_ = 0;
};

/// The folder that an entry stands in: bringing it to the disk makes a rename in it last.
fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void write_and_rename(const fs::path& temporary, const fs::path& path, std::span<const Bytes> pieces) {
  Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, "open for writing");
  for (const Bytes piece : pieces) file.write(piece);
  file.sync();
  file.close();
  if (retried([&] { return ::rename(temporary.c_str(), path.c_str()); }) == -1)
    fail(path, "rename the written file to this name");
}

}  // namespace

void write_file(const fs::path& path, std::span<const Bytes> pieces) {
  // Renaming onto a device would put a plain file in its place.
  struct stat old {};
  if (::stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode)) {
    throw IoError(concat(path.string(), ": cannot write: not a regular file"));
  }
  fs::path temporary = path;
  temporary += ".tmp";
  try {
    write_and_rename(temporary, path, pieces);
  } catch (const IoError&) {
    ::unlink(temporary.c_str());
    throw;
  }
  const fs::path folder = folder_of(path);
  Descriptor(folder, O_RDONLY | O_DIRECTORY, "open").sync();
}

void write_file(const fs::path& path, std::string_view text) {
  const Bytes bytes = std::as_bytes(std::span(text));
  write_file(path, std::span(&bytes, 1));
}

std::vector<std::byte> read_bytes(const fs::path& path, Index at_most) {
  const Input file(path);
  if (file.size() > at_most) {
    throw DataError(concat(path.string(), ": ", file.size(), " bytes, expected at most ", at_most));
  }
  return file.read(file.size());
}

std::vector<std::byte> read_beginning(const fs::path& path, Index count) {
  const Input file(path);
  return file.read(std::min(file.size(), count));
}

}  // namespace mog
