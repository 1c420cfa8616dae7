// Forks processes, watches over them, and ends them.
#include "core/forked_shards.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/failure_kind.hpp"
#include "core/memory_shard.hpp"
#include "core/shard_memory.hpp"

namespace mog {
namespace {

/// A forked process hears of a stop through its shard 0.
void ignore_stops() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

}  // namespace

ForkedShards::ForkedShards(ShardLayout layout, Index numbers) : layout_(layout) {
  const int shards = layout.shards();
  require(layout.ranks >= 1 && layout.rank >= 0 && layout.rank < layout.ranks, "shards: rank ", layout.rank, " of ",
          layout.ranks);
  require(shards >= 1 && shards <= kMostShards, "shards: ", shards, ", expected 1 to ", kMostShards);
  require(numbers >= 1, "shards: sums of ", numbers, " numbers, expected at least 1");
  memory_ = std::make_unique<ShardMemory>(shards, numbers);
}

ForkedShards::~ForkedShards() = default;

namespace {

/// The other processes of this machine, as the first one knows them.
class Others {
 public:
  explicit Others(const ShardWords& words) : words_(words) {}

  /// Forks one that does this, and ends with its result. Returns false when the system refuses.
  bool add(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    if (child > 0) running_.push_back(child);
    return child > 0;
  }

  /// Throws when one has ended, and not well: with its own error, where it has said one.
  void look() {
    for (pid_t& one : running_) {
      int status = 0;
      if (one == 0 || ::waitpid(one, &status, WNOHANG) <= 0) continue;
      one = 0;
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;  // its work is done
      words_.throw_if_failed();
      throw ShardFailure(WIFSIGNALED(status) ? concat("a shard's process was ended by signal ", WTERMSIG(status))
                                             : concat("a shard's process ended with ", WEXITSTATUS(status)));
    }
  }

  void wait() { end({}); }
  void kill() { end(SIGKILL); }

 private:
  void end(std::optional<int> signal) {
    for (pid_t& one : running_) {
      if (one == 0) continue;
      if (signal) ::kill(one, *signal);
      ::waitpid(one, nullptr, 0);
      one = 0;
    }
  }

  const ShardWords& words_;
  std::vector<pid_t> running_;  // 0: has ended
};

/// What a forked process does: the work, unless the first process is gone.
int work_apart(ShardMemory& memory, ShardSeconds& seconds, const ShardLayout& layout, int place, pid_t first,
               const std::function<int(Communicator&)>& work) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  ignore_stops();
  MemoryShard own(memory, seconds, layout, place, [first] {
    if (::getppid() != first) ::_exit(1);
  });
  try {
    return work(own);
  } catch (const std::exception& error) {
    own.fail(error);
    return 1;
  }
}

}  // namespace

int ForkedShards::run(const std::function<int(Communicator&)>& work, const Connect& connect) {
  const pid_t first = ::getpid();
  Others others(memory_->words());
  for (int place = 1; place < layout_.here; ++place) {
    if (others.add([&] { return work_apart(*memory_, seconds_, layout_, place, first, work); })) continue;
    const std::string why = std::strerror(errno);
    others.kill();
    throw IoError(concat("shards: process ", place + 1, " of ", layout_.here, " cannot be made: ", why));
  }
  MemoryShard own(*memory_, seconds_, layout_, 0, [&others] { others.look(); });
  try {
    if (connect) {
      link_ = connect();
      own.set_link(*link_);
    }
    const int result = work(own);
    others.wait();
    return result;
  } catch (const std::exception& error) {
    own.fail(error);
    others.kill();
    if (link_) link_->fail(error);
    throw;
  }
}

Traffic ForkedShards::traffic() const {
  Traffic all = link_ ? link_->traffic() : Traffic();
  all.adding += seconds_.calls - seconds_.waiting - all.waiting - all.sending;
  all.waiting += seconds_.waiting;
  return all;
}

}  // namespace mog
