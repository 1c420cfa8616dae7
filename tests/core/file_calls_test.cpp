// The system calls of write_file, in their order, and what each one's failure leaves. This program's fsync, rename and
// close stand before the C library's.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "tests/core/temporary_folder.hpp"

namespace {

std::string calls;  // one word each, while it is asked for
bool noting = false;
std::string failing;   // the word whose call fails with EIO
int mode_of_file = 0;  // permissions of the file when it was brought to the disk

bool fails(const std::string& word) {
  if (!noting) return false;
  calls += word + " ";
  if (word != failing) return false;
  errno = EIO;
  return true;
}
std::string kind(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return "?";
  if (S_ISREG(status.st_mode)) mode_of_file = static_cast<int>(status.st_mode & 0777);
  return S_ISDIR(status.st_mode) ? "folder" : "file";
}

}  // namespace

extern "C" {
int fsync(int fd) { return fails("sync-" + kind(fd)) ? -1 : 0; }
int rename(const char* from, const char* to) noexcept {
  return fails("rename") ? -1 : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int close(int fd) {
  const bool failed = fails("close-" + kind(fd));
  const auto result = static_cast<int>(::syscall(SYS_close, fd));
  errno = failed ? EIO : errno;
  return failed ? -1 : result;
}
}

using namespace mog;

namespace {

/// What write_file says of replacing `path` while the call of this name fails.
std::string message(const std::filesystem::path& path, const std::string& call) {
  calls.clear();
  failing = call;
  noting = true;
  std::string said;
  try {
    write_file(path, "new");
  } catch (const IoError& error) {
    said = error.what();
  }
  noting = false;
  return said;
}

}  // namespace

TEST_CASE("the file is brought to the disk, renamed, and its folder brought to the disk after that") {
  const testing::TemporaryFolder folder;
  CHECK(message(folder / "a", "").empty());
  CHECK(calls == "sync-file rename sync-folder close-file close-folder ");
}

TEST_CASE("a failing call says whether the file is replaced, and is right") {
  for (const std::string call : {"sync-file", "rename", "sync-folder", "close-file"}) {
    INFO(call);
    const testing::TemporaryFolder folder;
    testing::put_file(folder / "a", "old");
    const std::string said = message(folder / "a", call);
    CHECK(said.find(": cannot ") != std::string::npos);
    CHECK(said.find("Input/output error") != std::string::npos);
    const bool replaced = call == "sync-folder" || call == "close-file";
    CHECK((said.find("/a: is replaced, but the old file may be back after a power failure: ") != std::string::npos) ==
          replaced);
    CHECK(testing::bytes_of_file(folder / "a") == (replaced ? "new" : "old"));
    CHECK(folder.entries() == 1);
  }
}

TEST_CASE("nobody reads a private file's successor while it is written") {
  const testing::TemporaryFolder folder;
  testing::put_file(folder / "a", "old");
  std::filesystem::permissions(folder / "a", std::filesystem::perms::owner_read);
  CHECK(message(folder / "a", "").empty());
  CHECK(mode_of_file == 0400);
}
