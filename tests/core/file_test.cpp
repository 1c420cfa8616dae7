// Whole files: what a failure leaves behind, and what the messages say.
#include "core/file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <array>
#include <csignal>

#include "core/error.hpp"
#include "tests/core/temporary_folder.hpp"

using namespace mog;
using testing::bytes_of_file;
using testing::put_file;

namespace {

/// What write_file says when it fails; empty when it does not.
std::string failure(const std::filesystem::path& path, std::string_view text) {
  try {
    write_file(path, text);
  } catch (const IoError& error) {
    return error.what();
  }
  return {};
}

/// While one lives, a file cannot grow beyond `bytes`: a write fails with EFBIG, like a disk that is full.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a written file reads back, piece after piece, and replaces the one before") {
  const testing::TemporaryFolder folder;
  write_file(folder / "a", "old");
  const std::string first = "first, ", second = "second";
  write_file(folder / "a", std::array{std::as_bytes(std::span(first)), Bytes(), std::as_bytes(std::span(second))});
  CHECK(bytes_of_file(folder / "a") == "first, second");
  CHECK(read_bytes(folder / "a", 13).size() == 13);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a write that fails half-way keeps the old file, removes the temporary one and says what happened") {
  const testing::TemporaryFolder folder;
  write_file(folder / "a", "old");
  std::string message;
  {
    const FileLimit limit(1000);
    message = failure(folder / "a", std::string(5000, 'x'));
  }
  CHECK(message.find("a.tmp: cannot write: File too large") != std::string::npos);
  CHECK(bytes_of_file(folder / "a") == "old");
  CHECK(folder.entries() == 1);
  CHECK(failure(folder / "a", "new").empty());
}

TEST_CASE("a folder that is not there, a folder in the way, a device: refused by name") {
  const testing::TemporaryFolder folder;
  CHECK(failure(folder / "no/a", "x").find("no/a.tmp: cannot open for writing: No such file") != std::string::npos);
  std::filesystem::create_directory(folder / "d");
  CHECK(failure(folder / "d", "x").find("not a regular file") != std::string::npos);
  CHECK(failure("/dev/full", "x").find("/dev/full: cannot write: not a regular file") == 0);
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("reading refuses what is missing, too large, or no regular file") {
  const testing::TemporaryFolder folder;
  put_file(folder / "a", "12345");
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder / "b", 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder.path(), 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes("/dev/zero", 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder / "a", 4)), DataError);
}

TEST_CASE("the beginning of a file: so many bytes, or all that there are, of however large a file") {
  const testing::TemporaryFolder folder;
  put_file(folder / "a", "12345");
  put_file(folder / "empty", "");
  CHECK(read_beginning(folder / "a", 3) == std::vector{std::byte{'1'}, std::byte{'2'}, std::byte{'3'}});
  CHECK(read_beginning(folder / "a", 9).size() == 5);
  CHECK(read_beginning(folder / "empty", 9).empty());
  CHECK_THROWS_AS(static_cast<void>(read_beginning(folder / "b", 9)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_beginning(folder.path(), 9)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_beginning("/dev/zero", 9)), IoError);
}
