// Temporary file: written beside the file whose place it takes, under a name that no other writer has.
#pragma once

#include <filesystem>
#include <utility>

#include "core/descriptor.hpp"

namespace mog {

/// A new file NAME.mog-tmp-N in the folder of `target`, N the first of 0, 1, ... that is free. It is made, never opened
/// where something stands already (O_EXCL): a link, a pipe or another writer's file of that name is passed over.
///
/// Its writer holds a lock on it (flock) until it is closed, so what a killed writer left behind shows itself by having
/// none, and is removed by the next writer that comes to its name. Whoever holds the lock, and nobody else, removes or
/// renames such a file. Where the file system has no locks, what is left behind stays.
class TemporaryFile {
 public:
  /// `mode`: its permissions while it is written; the user's mask applies. Throws IoError when it cannot be made.
  TemporaryFile(const std::filesystem::path& target, unsigned mode);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  /// Removes it unless it has taken its target's place.
  ~TemporaryFile();

  /// Its messages name the target.
  [[nodiscard]] Descriptor& descriptor() { return file_; }
  /// Gives it the target's name.
  void replace_target();

 private:
  TemporaryFile(const std::filesystem::path& target, std::pair<std::filesystem::path, int> made);

  std::filesystem::path target_;
  std::filesystem::path name_;
  Descriptor file_;
};

}  // namespace mog
