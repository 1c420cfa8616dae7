// Whole files: what a failure leaves behind, and what the messages say.
#include "core/file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

#include "core/error.hpp"
#include "core/temporary_file.hpp"
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
  CHECK(message.find("a: cannot write: File too large") != std::string::npos);
  CHECK(bytes_of_file(folder / "a") == "old");
  CHECK(folder.entries() == 1);
  CHECK(failure(folder / "a", "new").empty());
}

TEST_CASE("a folder that is not there, a folder in the way, a device: refused by name") {
  const testing::TemporaryFolder folder;
  CHECK(failure(folder / "no/a", "x").find("no/a: cannot open for writing: No such file") != std::string::npos);
  std::filesystem::create_directory(folder / "d");
  CHECK(failure(folder / "d", "x").find("not a regular file") != std::string::npos);
  CHECK(failure("/dev/full", "x").find("/dev/full: cannot write: not a regular file") == 0);
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("eight writers of one file: each succeeds, and what stands there at any time is one of them, whole") {
  const testing::TemporaryFolder folder;
  const auto text = [](int writer) { return std::string(20000, static_cast<char>('a' + writer)); };
  write_file(folder / "a", text(0));
  std::array<std::string, 8> failures;
  std::array<bool, 8> whole{};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 8; ++writer) {
    threads.emplace_back([&, writer] {
      const auto self = static_cast<std::size_t>(writer);
      whole[self] = true;
      for (int round = 0; round < 20; ++round) {
        failures[self] += failure(folder / "a", text(writer));
        const std::string now = bytes_of_file(folder / "a");
        if (now.empty() || now != text(now[0] - 'a')) whole[self] = false;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& one : failures) CHECK(one == "");
  CHECK(std::count(whole.begin(), whole.end(), true) == 8);
  CHECK(folder.entries() == 1);
}

TEST_CASE("what stands under the temporary names already is passed over, and a NAME.tmp is nobody's business") {
  const testing::TemporaryFolder folder;
  for (const char* name : {"b", "c", "a.tmp"}) put_file(folder / name, "mine");
  std::filesystem::create_symlink("b", folder / "a.mog-tmp-0");
  std::filesystem::create_hard_link(folder / "c", folder / "a.mog-tmp-1");
  REQUIRE(::mkfifo((folder / "a.mog-tmp-2").c_str(), 0600) == 0);
  std::filesystem::create_directory(folder / "a.mog-tmp-3");
  std::filesystem::create_symlink("nowhere", folder / "a.mog-tmp-4");
  CHECK(failure(folder / "a", "new").empty());
  CHECK(bytes_of_file(folder / "a") == "new");
  for (const char* name : {"b", "c", "a.tmp"}) CHECK(bytes_of_file(folder / name) == "mine");
  CHECK(!std::filesystem::exists(folder / "nowhere"));
  CHECK(folder.entries() == 9);
}

TEST_CASE("a killed writer's file is removed by the next writer, a living one's is not") {
  const testing::TemporaryFolder folder;
  TemporaryFile living(folder / "a", 0600);
  for (int round = 0; round < 3; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child != -1);
    if (child == 0) {
      TemporaryFile(folder / "a", 0600).descriptor().write(std::as_bytes(std::span("half", 4)));
      const TemporaryFile killed(folder / "a", 0600);
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    CHECK(folder.entries() == 2);
  }
  write_file(folder / "a", "new");
  CHECK(folder.entries() == 2);
  living.replace_target();
  CHECK(bytes_of_file(folder / "a").empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("a file that is replaced passes its permissions on; a new one's are the mask's") {
  const testing::TemporaryFolder folder;
  const mode_t mask = ::umask(0027);
  write_file(folder / "a", "1");
  ::umask(mask);
  const auto mode = [&] { return static_cast<int>(std::filesystem::status(folder / "a").permissions()); };
  CHECK(mode() == 0640);
  for (const int kept : {0600, 0444, 0666}) {
    std::filesystem::permissions(folder / "a", static_cast<std::filesystem::perms>(kept));
    write_file(folder / "a", "2");
    CHECK(mode() == kept);
  }
}

TEST_CASE("reading refuses what is missing, too large, or no regular file") {
  const testing::TemporaryFolder folder;
  put_file(folder / "a", "12345");
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder / "b", 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder.path(), 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes("/dev/zero", 10)), IoError);
  CHECK_THROWS_AS(static_cast<void>(read_bytes(folder / "a", 4)), DataError);
}

TEST_CASE("a file is read as far as it is looked at") {
  const testing::TemporaryFolder folder;
  put_file(folder / "a", "12345");
  std::filesystem::resize_file(folder / "a", std::uintmax_t{1} << 39);  // zeros that the file system does not store
  FileReader file(folder / "a");
  CHECK(file.size() == Index{1} << 39);
  CHECK(file.first(2).size() == 2);
  CHECK(file.first(7)[4] == std::byte{'5'});
  CHECK(file.first(7)[6] == std::byte{0});
  CHECK(file.first(3).size() == 3);
  CHECK_THROWS_AS(file.limit((Index{1} << 39) - 1), DataError);
  put_file(folder / "b", "12345");
  FileReader small(folder / "b");
  CHECK(small.first(2).size() == 2);
  CHECK(small.first(9).size() == 5);
  CHECK(small.take().size() == 5);
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
