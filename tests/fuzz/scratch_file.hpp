// A file that is filled anew for every input of a fuzz target, in memory where the system has such a folder.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mog::fuzz {

/// A new folder below /dev/shm or the temporary one; gone when the program ends as it should.
class ScratchFolder {
 public:
  ScratchFolder() {
    const bool memory = std::filesystem::is_directory("/dev/shm");
    std::string name = ((memory ? "/dev/shm" : std::filesystem::temp_directory_path()) / "mog-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A file in it, kept open.
class ScratchFile {
 public:
  explicit ScratchFile(std::filesystem::path path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ == -1) std::abort();
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { ::close(fd_); }

  /// No call of the system where the bytes, or their number, are those of the input before.
  void put(std::span<const std::uint8_t> bytes) {
    if (std::ranges::equal(bytes, held_)) return;
    if (bytes.size() < held_.size() && ::ftruncate(fd_, static_cast<off_t>(bytes.size())) != 0) std::abort();
    if (::pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
    held_.assign(bytes.begin(), bytes.end());
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int fd_;
  std::vector<std::uint8_t> held_;
};

}  // namespace mog::fuzz
