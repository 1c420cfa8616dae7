// A new folder among the temporary files, removed with all that is in it in the end.
#pragma once

#include <filesystem>
#include <string>

namespace mog {

class ScratchFolder {
 public:
  /// Its name begins with `prefix`; its path is absolute, so that no word made of it begins with a dash. Throws IoError
  /// when it cannot be made.
  explicit ScratchFolder(const std::string& prefix);
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace mog
