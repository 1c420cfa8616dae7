// A folder of its own for one test, gone at the test's end, and files to put in it.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "data/cifar.hpp"

namespace mog::test {

namespace fs = std::filesystem;

class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "mog-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline void write_text(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(fs::file_size(path) == text.size());
}

/// Overwrites one byte of a file.
inline void poke(const fs::path& path, std::uint64_t offset, int value) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(value));
  REQUIRE(file.good());
}

/// Makes a folder with all files of a layout: pictures and labels of zeros (files with holes, so that they cost no
/// disk), and class names "name 0", "name 1", ...
inline fs::path make_cifar(const CifarLayout& layout, const fs::path& parent) {
  const fs::path folder = parent / layout.folder;
  for (const auto& file : layout.files()) {
    write_text(folder / file.name, "");
    fs::resize_file(folder / file.name, static_cast<std::uintmax_t>(file.pictures * layout.record_bytes()));
  }
  for (std::size_t i = 0; i < layout.names.size(); ++i) {
    std::string names;
    for (Index name = 0; name < layout.classes[i]; ++name) names += "name " + std::to_string(name) + "\n";
    write_text(folder / layout.names[i], names + "\n");
  }
  return folder;
}

/// The message of the exception of type Error that `call` throws; anything else fails the test.
template <class Error, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("no exception");
  return {};
}

inline bool contains(std::string_view text, std::string_view part) {
  if (text.find(part) != std::string_view::npos) return true;
  MESSAGE("\"" << std::string(text) << "\" lacks \"" << std::string(part) << "\"");
  return false;
}

}  // namespace mog::test
