// Crash-safe replacement of a file, and reading one as far as is asked for.
#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/descriptor.hpp"
#include "core/error.hpp"
#include "core/temporary_file.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

/// The folder that an entry stands in: bringing it to the disk makes a rename in it last.
fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// The permissions of a file that is replaced stay; a new one's are the user's mask's.
void keep_mode(int fd, const struct stat& old, const fs::path& path) {
  constexpr mode_t kPermissions = 0777;
  struct stat now {};
  if (::fstat(fd, &now) == -1) fail_at(path, "read its permissions");
  if (((old.st_mode ^ now.st_mode) & kPermissions) == 0) return;
  if (::fchmod(fd, old.st_mode & kPermissions) == -1) fail_at(path, "keep its permissions");
}

}  // namespace

void write_file(const fs::path& path, std::span<const Bytes> pieces) {
  // Renaming onto a device would put a plain file in its place.
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) throw IoError(concat(path.string(), ": cannot write: not a regular file"));
  const fs::path folder_path = folder_of(path);
  TemporaryFile temporary(path, exists ? 0600 : 0666);  // nobody reads early what they may not read in the end
  Descriptor& file = temporary.descriptor();
  for (const Bytes piece : pieces) file.write(piece);
  if (exists) keep_mode(file.get(), old, path);
  file.sync("bring to the disk");
  const Descriptor folder(folder_path, O_RDONLY | O_DIRECTORY, "open");
  temporary.replace_target();
  try {
    folder.sync("bring to the disk");
    file.close("close");
  } catch (const IoError& error) {
    throw IoError(
        concat(path.string(), ": is replaced, but the old file may be back after a power failure: ", error.what()));
  }
}

void write_file(const fs::path& path, std::string_view text) {
  const Bytes bytes = std::as_bytes(std::span(text));
  write_file(path, std::span(&bytes, 1));
}

FileReader::FileReader(const fs::path& path)
    : path_(path), file_(path, O_RDONLY | O_NONBLOCK, "open") {  // a pipe without a writer must not hang us
  struct stat status {};
  if (::fstat(file_.get(), &status) == -1) fail_at(path, "read its size");
  if (!S_ISREG(status.st_mode)) throw IoError(concat(path.string(), ": cannot read: not a regular file"));
  size_ = status.st_size;
}

void FileReader::limit(Index at_most) const {
  if (size_ > at_most) throw DataError(concat(path_.string(), ": ", size_, " bytes, expected at most ", at_most));
}

Bytes FileReader::first(Index count) {
  const auto wanted = static_cast<std::size_t>(std::min(count, size_));
  std::size_t done = bytes_.size();
  if (wanted > done) bytes_.resize(wanted);
  while (done < wanted) {
    const ssize_t got = retried([&] { return ::read(file_.get(), bytes_.data() + done, wanted - done); });
    if (got == -1) fail_at(path_, "read");
    if (got == 0) throw DataError(concat(path_.string(), ": ends at byte ", done, ", expected ", wanted));
    done += static_cast<std::size_t>(got);
  }
  return Bytes(bytes_).first(wanted);
}

std::vector<std::byte> FileReader::take() {
  static_cast<void>(first(size_));
  return std::move(bytes_);
}

std::vector<std::byte> read_bytes(const fs::path& path, Index at_most) {
  FileReader file(path);
  file.limit(at_most);
  return file.take();
}

std::vector<std::byte> read_beginning(const fs::path& path, Index count) {
  FileReader file(path);
  const Bytes bytes = file.first(count);
  return {bytes.begin(), bytes.end()};
}

}  // namespace mog
