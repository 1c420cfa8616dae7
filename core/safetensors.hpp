// Safetensors: named tensors and a few words of text in one file that other programs open too.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/tensor.hpp"

namespace mog {

/// Types of numbers that a file may hold: float, double, std::uint8_t, std::int32_t, std::int64_t, std::uint64_t.
enum class Dtype { f32, f64, u8, i32, i64, u64 };
/// "F32", "F64", "U8", "I32", "I64", "U64".
const char* name(Dtype dtype);
Index bytes_of(Dtype dtype);

/// Collects tensors, then writes them: 8 bytes of header length, a JSON header, the numbers; see docs/run-files.md.
/// The same calls give the same bytes. Tensors are shared, not copied: they must not change before write().
class SafetensorsWriter {
 public:
  /// Throws std::invalid_argument when the name is taken or is "__metadata__".
  template <class T>
  void add(const std::string& name, const Tensor<T>& tensor);
  /// Text for the file's "__metadata__"; a key that is set again is replaced.
  void set_metadata(const std::string& key, const std::string& value);

  /// Writes as write_file does: crash-safe, IoError on failure.
  void write(const std::filesystem::path& path) const;

 private:
  struct Entry {
    std::string name;
    Dtype dtype;
    Shape shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;  // keeps the tensor's numbers alive
  };

  std::vector<Entry> entries_;
  std::unordered_set<std::string> names_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

/// A safetensors file in memory, checked from end to end before anything is handed out.
class SafetensorsFile {
 public:
  /// One tensor of the file: `offset` is that of its first byte in the file.
  struct Entry {
    std::string name;
    Dtype dtype;
    Shape shape;
    Index offset;
  };

  /// Throws IoError when the file cannot be read, DataError with path and byte offset when it is no safetensors file:
  /// a header that is cut off, larger than 64 MB or no JSON object; an unknown type; a shape that is negative, too
  /// large or of more than five sizes; tensors that overlap, leave holes or do not fill the file; a name twice.
  static SafetensorsFile read(const std::filesystem::path& path);

  /// Tensors in the order of their bytes.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool has(const std::string& name) const { return find(name) != nullptr; }
  /// A copy of the named tensor. Throws DataError when there is none, or one of another type.
  template <class T>
  [[nodiscard]] Tensor<T> tensor(const std::string& name) const;

  [[nodiscard]] bool has_metadata(const std::string& key) const;
  /// Throws DataError when the key is missing.
  [[nodiscard]] const std::string& metadata(const std::string& key) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  [[nodiscard]] const Entry* find(const std::string& name) const;

  std::filesystem::path path_;
  std::vector<std::byte> bytes_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> places_;  // of each name in entries_
  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace mog
