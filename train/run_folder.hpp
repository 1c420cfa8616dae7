// Run folder: where one training run keeps its files, held by one process at a time.
#pragma once

#include <filesystem>
#include <string>

namespace mog {

/// The folder and the names in it. Holds a lock until it is destroyed, or the process ends in whatever way: flock on
/// the folder itself, which nobody can delete under a training; on a network file system that locks no folders, on the
/// file `lock` in it.
class RunFolder {
 public:
  /// Makes the folder where there is none. Throws IoError when that fails, or when another process holds it. Without
  /// `hold` it is only looked into, beside the process that holds it.
  explicit RunFolder(std::filesystem::path path, bool hold = true);
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  ~RunFolder();

  /// Throws std::invalid_argument when it holds a run already.
  void require_empty() const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path last() const { return path_ / "last.safetensors"; }
  [[nodiscard]] std::filesystem::path best() const { return path_ / "best.safetensors"; }
  /// Where a stage ended that was not the last.
  [[nodiscard]] std::filesystem::path end_of(const std::string& stage) const {
    return path_ / (stage + ".safetensors");
  }
  [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.csv"; }
  [[nodiscard]] std::filesystem::path recipe() const { return path_ / "recipe.ini"; }
  [[nodiscard]] std::filesystem::path report() const { return path_ / "report.md"; }
  [[nodiscard]] std::filesystem::path sessions() const { return path_ / "sessions.csv"; }
  [[nodiscard]] std::filesystem::path curves() const { return path_ / "curves.svg"; }
  [[nodiscard]] std::filesystem::path confusion() const { return path_ / "confusion.svg"; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;  // file descriptor
};

}  // namespace mog
