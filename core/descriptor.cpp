// System calls on an open file, repeated when a signal interrupts them.
#include "core/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace mog {

void fail_at(const std::filesystem::path& path, const char* what) {
  const int error = errno;
  throw IoError(concat(path.string(), ": cannot ", what, ": ", std::strerror(error)));
}

Descriptor::Descriptor(const std::filesystem::path& path, int flags, const char* what)
    : path_(path), fd_(retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC); })) {
  if (fd_ == -1) fail_at(path, what);
}

Descriptor::~Descriptor() {
  if (fd_ != -1) ::close(fd_);
}

void Descriptor::write(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = retried([&] { return ::write(fd_, bytes.data(), bytes.size()); });
    if (written == -1) fail_at(path_, "write");
    if (written == 0) throw IoError(concat(path_.string(), ": cannot write: the system takes no more bytes"));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void Descriptor::sync(const char* what) const {
  if (retried([&] { return ::fsync(fd_); }) == -1) fail_at(path_, what);
}

void Descriptor::close(const char* what) {
  if (::close(std::exchange(fd_, -1)) == -1 && errno != EINTR) fail_at(path_, what);
}

}  // namespace mog
