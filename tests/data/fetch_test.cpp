// Downloads from a local server: whole, resumed, broken off, wrong, missing; and machines without curl, tar or room.
#include "data/fetch.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "core/error.hpp"
#include "core/process.hpp"
#include "data/file.hpp"
#include "data/md5_file.hpp"
#include "tests/data/archive_server.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

constexpr const char* kArchive = "cifar-10-binary.tar.gz";

/// An archive of CIFAR-10 files of zeros, some 180 kB; made once, as compressing it takes a second.
const fs::path& made_archive() {
  static const Scratch scratch;
  static const fs::path archive = [] {
    make_cifar(cifar_layout(Cifar::ten), scratch.path());
    const fs::path made = scratch.path() / "made.tar.gz";
    REQUIRE(run_program("tar", {"-czf", made.string(), "-C", scratch.path().string(), "cifar-10-batches-bin"}, "tar") ==
            0);
    return made;
  }();
  return archive;
}

/// A server of that archive, and an empty folder to download to.
struct Site {
  [[nodiscard]] static const fs::path& archive() { return made_archive(); }
  [[nodiscard]] fs::path dir() const { return scratch.path() / "data"; }
  [[nodiscard]] fs::path part() const { return dir() / concat(kArchive, ".part"); }
  [[nodiscard]] FetchOptions from(const std::string& path) const {
    return {.url = server.url(path), .md5 = md5, .patience = 10, .progress = false};
  }
  fs::path fetch(const std::string& path) const { return fetch_cifar(Cifar::ten, dir(), from(path)); }
  template <class Error>
  std::string refusal(const std::string& path) const {
    return message_of<Error>([&] { fetch(path); });
  }
  /// The archive's first bytes, as a download that was broken off leaves them.
  void leave_part(std::uint64_t size) const {
    fs::create_directories(dir());
    fs::copy_file(archive(), part(), fs::copy_options::overwrite_existing);
    fs::resize_file(part(), size);
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const fs::path answer = scratch.path() / "requests";
    REQUIRE(run_program("curl", {"--silent", "--output", answer.string(), server.url("/requests")}, "curl") == 0);
    return read_lines("test", answer);
  }
  /// Names in the download folder, sorted.
  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir())) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  Scratch scratch;
  std::string md5 = md5_of_file(archive());
  ArchiveServer server{archive()};
};

using Names = std::vector<std::string>;

/// Sets PATH to a folder for as long as it lives.
class OnlyPath {
 public:
  explicit OnlyPath(const fs::path& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
  OnlyPath(const OnlyPath&) = delete;
  OnlyPath& operator=(const OnlyPath&) = delete;
  ~OnlyPath() { setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

/// Files that this process and its children write may have this many bytes for as long as it lives: a small "disk".
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a download is verified, unpacked and cleaned up; a second call does nothing") {
  const Site site;
  CHECK(site.fetch("/good") == site.dir() / "cifar-10-batches-bin");
  CHECK(site.left() == Names{"cifar-10-batches-bin"});
  CHECK(load_cifar10(site.dir()).test.size() == 10000);
  CHECK(site.requests() == Names{"-"});
  site.fetch("/good");
  CHECK(site.requests() == Names{"-"});
}

TEST_CASE("a download that was broken off is kept, and the next call goes on with it") {
  const Site site;
  CHECK(contains(site.refusal<IoError>("/broken"),
                 "/broken: the connection broke off; run it again to go on (curl exit status 18)"));
  CHECK(site.left() == Names{concat(kArchive, ".part")});
  const std::uint64_t half = fs::file_size(site.archive()) / 2;
  CHECK(fs::file_size(site.part()) == half);
  site.fetch("/good");
  CHECK(site.left() == Names{"cifar-10-batches-bin"});
  CHECK(site.requests() == Names{"-", concat("bytes=", half, "-")});
}

TEST_CASE("a server that cannot go on from the middle is asked for the whole") {
  const Site site;
  site.leave_part(1000);
  site.fetch("/plain");
  CHECK(site.left() == Names{"cifar-10-batches-bin"});
  CHECK(site.requests() == Names{"bytes=1000-", "-"});
}

TEST_CASE("a .part that is whole is only renamed; one that is too long is begun again") {
  const Site site;
  site.leave_part(fs::file_size(site.archive()));
  site.fetch("/good");
  CHECK(site.requests().empty());
  fs::remove_all(site.dir());
  site.leave_part(fs::file_size(site.archive()) + 10);
  site.fetch("/good");
  CHECK(site.left() == Names{"cifar-10-batches-bin"});
}

TEST_CASE("a wrong MD5 names both digests and leaves nothing behind") {
  Site site;
  const std::string got = site.md5;
  site.md5 = std::string(32, '0');
  CHECK(contains(site.refusal<DataError>("/good"), concat("/good: MD5 ", got, ", expected ", site.md5)));
  CHECK(site.left().empty());
}

TEST_CASE("an address without the archive, and a host that does not answer, are told apart") {
  const Site site;
  CHECK(contains(site.refusal<IoError>("/none"), "/none: the server does not have it (curl exit status 22)"));
  FetchOptions options = site.from("/good");
  options.url = "http://127.0.0.1:1/archive.tar.gz";
  CHECK(contains(message_of<IoError>([&] { fetch_cifar(Cifar::ten, site.dir(), options); }),
                 "no connection to the host: is there a network?"));
  CHECK(site.left().empty());
}

TEST_CASE("an archive without the right files is refused after unpacking") {
  Site site;
  write_text(site.scratch.path() / "cifar-10-batches-bin" / "data_batch_1.bin", "short");
  fs::create_directories(site.dir());
  const fs::path archive = site.dir() / kArchive;
  REQUIRE(run_program("tar", {"-czf", archive.string(), "-C", site.scratch.path().string(), "cifar-10-batches-bin"},
                      "tar") == 0);
  site.md5 = md5_of_file(archive);
  CHECK(contains(site.refusal<DataError>("/good"), "data_batch_1.bin: 5 bytes, expected 30730000"));
  CHECK(site.left() == Names{kArchive});
}

TEST_CASE("a folder that is there but not whole is left alone, and named") {
  const Site site;
  write_text(site.dir() / "cifar-10-batches-bin" / "data_batch_1.bin", "mine");
  CHECK(contains(site.refusal<DataError>("/good"), "cifar-10-batches-bin exists but is not whole; remove it first ("));
  CHECK(fs::file_size(site.dir() / "cifar-10-batches-bin" / "data_batch_1.bin") == 4);
  CHECK(site.requests().empty());
}

TEST_CASE("a folder that is named like one of another machine is a folder of this one") {
  const Site site;
  const fs::path before = fs::current_path();
  fs::current_path(site.scratch.path());
  CHECK(fs::exists(fetch_cifar(Cifar::ten, "host:data", site.from("/good")) / "test_batch.bin"));
  fs::current_path(before);
}

TEST_CASE("without curl or tar the message names Debian's package") {
  const Site site;
  const fs::path programs = site.scratch.path() / "programs";
  fs::create_directories(programs);
  {
    const OnlyPath nothing(programs);
    CHECK(site.refusal<IoError>("/good") == "curl: no such program; on Debian: apt-get install curl");
  }
  fs::copy_file(site.archive(), site.dir() / kArchive);
  const OnlyPath nothing(programs);
  CHECK(site.refusal<IoError>("/good") == "tar: no such program; on Debian: apt-get install tar gzip");
  CHECK(site.left() == Names{kArchive});
}

TEST_CASE("a disk without room is refused before, and one that fills up is named when it does") {
  const Site site;
  FetchOptions options = site.from("/good");
  options.room = std::uint64_t{1} << 60;
  CHECK(contains(message_of<IoError>([&] { fetch_cifar(Cifar::ten, site.dir(), options); }),
                 "MiB free, expected 1099511627776 MiB"));
  CHECK(site.requests().empty());
  {
    const SmallDisk disk(10'000);
    CHECK(contains(site.refusal<IoError>("/good"), "writing failed: is the disk full? (curl exit status 23)"));
  }
  {
    const SmallDisk disk(1'000'000);
    CHECK(contains(site.refusal<IoError>("/good"), "unpacking failed (tar exit status 2): is the disk full?"));
  }
  CHECK(site.left() == Names{kArchive});
  site.fetch("/none");  // the archive is there already
  CHECK(site.left() == Names{"cifar-10-batches-bin"});
}
