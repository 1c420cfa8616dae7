// Reading files: every failure names the file, what the system said, and the byte offset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mog {

/// A file that is read from its beginning. `who` begins the messages: "cifar-10: /data/test_batch.bin: ...".
class InputFile {
 public:
  /// Throws IoError when `path` is not a regular file or cannot be opened.
  InputFile(std::string_view who, const std::filesystem::path& path);

  /// Bytes in the file when it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// "cifar-10: /data/test_batch.bin"
  [[nodiscard]] const std::string& label() const { return label_; }
  /// Fills `bytes` with the next ones; throws DataError when the file ends before, IoError when reading fails.
  void read(std::span<std::uint8_t> bytes);

 private:
  std::string label_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
};

/// The whole file; throws DataError when it is larger than `at_most` bytes, before anything is read.
std::vector<std::uint8_t> read_file(std::string_view who, const std::filesystem::path& path, std::uint64_t at_most);
/// The lines of a short text file that are not empty, without carriage returns.
std::vector<std::string> read_lines(std::string_view who, const std::filesystem::path& path);

}  // namespace mog
