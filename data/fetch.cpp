// curl into a .part file, MD5, tar into a temporary folder, rename: nothing half done carries a final name.
#include "data/fetch.hpp"

#include <unistd.h>

#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/process.hpp"
#include "data/md5_file.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

struct Source {
  const char* archive;
  const char* url;
  const char* md5;
};
constexpr Source kTen = {"cifar-10-binary.tar.gz", "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                         "c32a1d4ab5d03f1284b67883e8d87530"};
constexpr Source kHundred = {"cifar-100-binary.tar.gz", "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
                             "03b5dce01913d631647c71ecec9e9cb8"};

/// curl's exit statuses that people meet (curl(1), EXIT CODES).
constexpr int kHttpError = 22;
constexpr int kNoRanges = 33;
std::string_view meaning_of(int curl_status) {
  switch (curl_status) {
    case 3: return "not an address";
    case 6: return "no such host: is there a network?";
    case 7: return "no connection to the host: is there a network?";
    case 18: return "the connection broke off; run it again to go on";
    case kHttpError: return "the server does not have it";
    case 23: return "writing failed: is the disk full?";
    case 28: return "nothing came for too long; run it again to go on";
    case 35: return "no secure connection to the host";
    case 56: return "the connection broke off; run it again to go on";
    case 60:
    case 77: return "the server's certificate is not trusted; on Debian: apt-get install ca-certificates";
    default: return "the download failed";
  }
}

int run_curl(const std::string& url, const fs::path& part, const FetchOptions& options) {
  std::vector<std::string> arguments = {"--disable",         "--fail",
                                        "--location",        "--globoff",
                                        "--connect-timeout", "30",
                                        "--speed-limit",     "1",
                                        "--speed-time",      std::to_string(options.patience),
                                        "--continue-at",     "-",
                                        "--output",          part.string()};
  arguments.emplace_back(options.progress && isatty(STDERR_FILENO) == 1 ? "--progress-bar" : "--silent");
  arguments.insert(arguments.end(), {"--url", url});
  return run_program("curl", arguments, "curl");
}

/// Brings the whole archive to `archive`, going on with a .part from before, and checks its MD5.
void download(const std::string& url, const std::string& md5, const fs::path& archive, const FetchOptions& options) {
  const fs::path part = archive.string() + ".part";
  const bool resumed = fs::exists(part);
  std::string got = resumed ? md5_of_file(part) : "";
  if (got != md5) {  // else: stopped between the last byte and the rename
    int status = run_curl(url, part, options);
    if (status == 0) got = md5_of_file(part);
    if (resumed && (status == kHttpError || status == kNoRanges || (status == 0 && got != md5))) {
      // The server cannot go on from there, or the .part was no beginning of this file: begin again.
      fs::remove(part);
      status = run_curl(url, part, options);
      if (status == 0) got = md5_of_file(part);
    }
    if (status != 0)
      throw IoError(concat("fetch: ", url, ": ", meaning_of(status), " (curl exit status ", status, ")"));
  }
  if (got != md5) {
    fs::remove(part);
    throw DataError(concat("fetch: ", url, ": MD5 ", got, ", expected ", md5, "; removed, run it again to begin anew"));
  }
  fs::rename(part, archive);
}

/// A folder that is empty at first and gone at the end, however that comes.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Unpacks the archive beside its final place, checks the files, and renames their folder to `folder`.
void unpack(const CifarLayout& layout, const fs::path& archive, const fs::path& folder) {
  const TemporaryFolder temporary(folder.string() + ".unpacking");
  const int status = run_program("tar",
                                 {"--force-local", "--extract", "--gzip", "--no-same-owner", "--no-same-permissions",
                                  "--file", archive.string(), "--directory", temporary.path().string()},
                                 "tar gzip");
  if (status != 0) {
    throw IoError(
        concat("fetch: ", archive.string(), ": unpacking failed (tar exit status ", status, "): is the disk full?"));
  }
  const fs::path unpacked = temporary.path() / layout.folder;
  const std::vector<std::string> problems = cifar_problems(layout, unpacked);
  if (!problems.empty()) throw DataError(concat("fetch: ", archive.string(), ": ", problems[0]));
  fs::rename(unpacked, folder);
}

void check_room(const fs::path& dir, std::uint64_t room) {
  const std::uint64_t available = fs::space(dir).available;
  if (available < room) {
    throw IoError(concat("fetch: ", dir.string(), ": ", available >> 20, " MiB free, expected ", room >> 20, " MiB"));
  }
}

void fetch(const CifarLayout& layout, const Source& source, const fs::path& dir, const FetchOptions& options) {
  const fs::path folder = dir / layout.folder;
  if (fs::exists(folder)) {
    const std::vector<std::string> problems = cifar_problems(layout, folder);
    if (problems.empty()) return;
    throw DataError(
        concat("fetch: ", folder.string(), " exists but is not whole; remove it first (", problems[0], ")"));
  }
  fs::create_directories(dir);
  check_room(dir, options.room);
  const std::string url = options.url.empty() ? source.url : options.url;
  const std::string md5 = options.md5.empty() ? source.md5 : options.md5;
  const fs::path archive = dir / source.archive;
  if (!fs::exists(archive) || md5_of_file(archive) != md5) download(url, md5, archive, options);
  unpack(layout, archive, folder);
  fs::remove(archive);
}

}  // namespace

fs::path fetch_cifar(Cifar which, const fs::path& dir, const FetchOptions& options) {
  const CifarLayout& layout = cifar_layout(which);
  try {
    fetch(layout, which == Cifar::ten ? kTen : kHundred, dir, options);
  } catch (const fs::filesystem_error& error) {
    throw IoError(concat("fetch: ", error.path1().string(), ": ", error.code().message()));
  }
  return dir / layout.folder;
}

}  // namespace mog
