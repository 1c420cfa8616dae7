// The system calls of saving, one by one: each fails once, is interrupted or does half of its work, in a training whose
// saves are counted. This program's open, write, fsync, close and rename stand before the C library's.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

namespace {

enum class Call { open, write, fsync, close, rename, none };
constexpr std::array kCalls{Call::open, Call::write, Call::fsync, Call::close, Call::rename};
constexpr const char* kNames[] = {"open", "write", "fsync", "close", "rename"};

/// What is to happen to which call. Calls are counted while `counting`, and only those on checkpoints and their folder.
struct Fault {
  Call call = Call::none;
  long at = -1;           // the call's number, from 0
  bool for_good = false;  // and all after it
  int error = 0;          // errno; 0 makes a write short
  const char* file = "last.safetensors";
};
Fault fault;
std::array<long, kCalls.size()> counts{};
std::array<bool, 256> watched{};  // descriptors of checkpoints and their folder

void watch(int fd, bool on) {
  if (fd >= 0 && fd < static_cast<int>(watched.size())) watched[static_cast<std::size_t>(fd)] = on;
}
bool is_watched(int fd) {
  return fd >= 0 && fd < static_cast<int>(watched.size()) && watched[static_cast<std::size_t>(fd)];
}
bool is_checkpoint(const char* path) { return std::strstr(path, fault.file) != nullptr; }

/// Counts the call; whether it is the one to spoil.
bool spoiled(Call call) {
  const long number = counts[static_cast<std::size_t>(call)]++;
  return call == fault.call && (number == fault.at || (fault.for_good && number > fault.at));
}
bool fails(Call call) {
  if (!spoiled(call) || fault.error == 0) return false;
  errno = fault.error;
  return true;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
  va_end(arguments);
  const bool saving = is_checkpoint(path) && (flags & O_WRONLY) != 0;
  if (saving && fails(Call::open)) return -1;
  const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  watch(fd, saving);
  return fd;
}

ssize_t write(int fd, const void* bytes, size_t count) {
  if (is_watched(fd) && spoiled(Call::write)) {
    if (fault.error != 0) {
      errno = fault.error;
      return -1;
    }
    count = (count + 1) / 2;
  }
  return ::syscall(SYS_write, fd, bytes, count);
}

int fsync(int fd) {
  if (is_watched(fd) && fails(Call::fsync)) return -1;
  return 0;  // no machine stops here: waiting for the disk would take most of the test's time
}

int close(int fd) {
  const bool failing = is_watched(fd) && fails(Call::close);
  const int error = errno;
  watch(fd, false);
  const auto result = static_cast<int>(::syscall(SYS_close, fd));  // as Linux: the descriptor is gone in any case
  errno = failing ? error : errno;
  return failing ? -1 : result;
}

int rename(const char* from, const char* to) noexcept {
  if (is_checkpoint(to) && fails(Call::rename)) return -1;
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

}  // extern "C"

using namespace mog;
using namespace mog::testing;

namespace {

struct Run {
  std::string last, best, messages, error;
  bool readable = true;  // last.safetensors before every step
};

/// Three epochs of two steps, saved after every step and every epoch.
TrainOptions saving_options() {
  TrainOptions options = tiny_options();
  options.recipe = options.recipe.with_epochs({1, 1, 1});
  options.max_steps = 2;
  options.save_every = 0;
  return options;
}

Run train(const RunFolder& folder, const Fault& what) {
  fault = what;
  counts = {};
  TinyRun run(saving_options());
  StepCounter counter;
  Run result;
  run.trainer.set_folder(folder);
  run.trainer.set_listener(counter);
  run.trainer.set_stop([&] {
    if (std::filesystem::exists(folder.last())) {
      try {
        const Checkpoint checkpoint(folder.last());
        Parameters<float> parameters{7};
        const TinyNet net(parameters);
        checkpoint.load(parameters);
      } catch (const std::exception&) {
        result.readable = false;
      }
    }
    return false;
  });
  try {
    if (std::filesystem::exists(folder.last())) run.trainer.resume();
    const bool finished = run.trainer.run().finished;
    CHECK(finished);
  } catch (const IoError& error) {
    result.error = error.what();
  }
  fault = {.file = what.file};
  result.messages = counter.messages;
  result.last = bytes_of_file(folder.last());
  result.best = bytes_of_file(folder.best());
  return result;
}

/// The undisturbed run, and how often it makes each call.
struct Undisturbed {
  Undisturbed() {
    const TemporaryFolder temporary;
    const RunFolder folder(temporary / "run");
    last = train(folder, {}).last;
    calls = counts;
  }
  std::string last;
  std::array<long, kCalls.size()> calls{};
};
const Undisturbed& undisturbed() {
  static const Undisturbed run;
  return run;
}

/// Calls check(fault, folder) in a new folder for every call of the undisturbed run; of its many writes for one in 29,
/// or in as many as the environment variable MOG_EVERY says.
template <class Check>
void for_every_call(int error, const Check& check) {
  const char* wanted = std::getenv("MOG_EVERY");
  const long every = wanted == nullptr ? 29 : std::max(1L, std::atol(wanted));
  for (std::size_t call = 0; call < kCalls.size(); ++call) {
    REQUIRE(undisturbed().calls[call] > 5);
    const long step = kCalls[call] == Call::write ? every : 1;
    for (long at = 0; at < undisturbed().calls[call]; at += step) {
      INFO(kNames[call], " number ", at, ", error ", error);
      const TemporaryFolder temporary;
      const RunFolder folder(temporary / "run");
      check(Fault{.call = kCalls[call], .at = at, .error = error}, folder);
    }
  }
}

}  // namespace

TEST_CASE("a call of saving that fails once is told, and the run ends with the same bytes") {
  for (const int error : {ENOSPC, EIO}) {
    for_every_call(error, [](const Fault& what, const RunFolder& folder) {
      const Run run = train(folder, what);
      CHECK(run.error.empty());
      CHECK(run.readable);
      CHECK((run.last == undisturbed().last));
      CHECK(run.messages.find("last.safetensors") != std::string::npos);
      CHECK(run.messages.find(std::strerror(what.error)) != std::string::npos);
      CHECK(run.messages.find("; training goes on, and the next save tries again") != std::string::npos);
    });
  }
}

TEST_CASE("a call of saving that a signal interrupts is made again, and a write that does half of it is continued") {
  for (const int error : {EINTR, 0}) {
    for_every_call(error, [](const Fault& what, const RunFolder& folder) {
      const Run run = train(folder, what);
      CHECK(run.error.empty());
      CHECK(run.readable);
      CHECK(run.messages.empty());
      CHECK((run.last == undisturbed().last));
    });
  }
}

TEST_CASE(
    "from some call on all fail: the run ends with the reason, and its last good checkpoint goes on to the same "
    "bytes") {
  for_every_call(ENOSPC, [](Fault what, const RunFolder& folder) {
    if (what.at % 5 != 0) return;
    what.for_good = true;
    const Run run = train(folder, what);
    CHECK(run.readable);
    CHECK(run.error.find("last.safetensors") != std::string::npos);
    CHECK(run.error.find("No space left on device") != std::string::npos);
    const Run rest = train(folder, {});
    CHECK(rest.error.empty());
    CHECK((rest.last == undisturbed().last));
  });
}

TEST_CASE("the best checkpoint is written again when it failed once; when it cannot be, that ends the run by name") {
  const auto run = [](const Fault& what) {
    const TemporaryFolder temporary;
    return train(RunFolder(temporary / "run"), what);
  };
  const char* const best = "best.safetensors";
  const Run whole = run({.file = best});
  const std::array<long, kCalls.size()> calls = counts;
  REQUIRE(!whole.best.empty());
  for (std::size_t call = 0; call < kCalls.size(); ++call) {
    REQUIRE(calls[call] > 0);
    for (long at = 0; at < calls[call]; at += std::max(1L, calls[call] / 4)) {
      INFO(kNames[call], " number ", at);
      const Run once = run({.call = kCalls[call], .at = at, .error = EIO, .file = best});
      CHECK(once.error.empty());
      CHECK(once.messages.find("best.safetensors") != std::string::npos);
      CHECK((once.best == whole.best && once.last == whole.last));
      const Run never = run({.call = kCalls[call], .at = at, .for_good = true, .error = EIO, .file = best});
      CHECK(never.error.find("best.safetensors") != std::string::npos);
      CHECK(never.error.find("Input/output error") != std::string::npos);
      CHECK((never.readable && !never.last.empty()));
    }
  }
}
