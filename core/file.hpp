// Whole files: written so that a crash leaves the old one or the new one, and read with a limit on their size.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/descriptor.hpp"
#include "core/types.hpp"

namespace mog {

using Bytes = std::span<const std::byte>;

/// Replaces `path` by the joined pieces, or leaves it as it is: they are written to a temporary file in the same
/// folder (core/temporary_file.hpp), which is brought to the disk (fsync) and renamed over `path`; then the folder is
/// brought to the disk too. A file that is replaced passes its permissions on. Throws IoError with the path and what
/// the system said; where only the last step failed, it says that the file is replaced.
void write_file(const std::filesystem::path& path, std::span<const Bytes> pieces);
void write_file(const std::filesystem::path& path, std::string_view text);

/// A regular file, read as far as somebody looks: what its first bytes refuse is not read to its end.
class FileReader {
 public:
  /// Opens it. Throws IoError when that fails, or when it is no regular file.
  explicit FileReader(const std::filesystem::path& path);

  [[nodiscard]] Index size() const { return size_; }
  /// Throws DataError when the file has more bytes.
  void limit(Index at_most) const;
  /// The first `count` bytes, or all that there are; valid until the next call.
  Bytes first(Index count);
  /// All bytes; nothing is left to be asked for.
  std::vector<std::byte> take();

 private:
  std::filesystem::path path_;
  Descriptor file_;
  Index size_ = 0;
  std::vector<std::byte> bytes_;
};

/// All bytes of a regular file. Throws IoError when it cannot be read, DataError when it has more than `at_most` bytes.
std::vector<std::byte> read_bytes(const std::filesystem::path& path, Index at_most);
/// The first bytes of a regular file: `count` of them, or all that there are. Throws IoError when it cannot be read.
std::vector<std::byte> read_beginning(const std::filesystem::path& path, Index count);

}  // namespace mog
