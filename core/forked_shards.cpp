// A mapped region for all processes: a barrier, a message, a slot a shard, and the sums.
#include "core/forked_shards.hpp"

#include <sys/mman.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/failure_kind.hpp"
#include "core/parallel.hpp"

namespace mog {
namespace {

constexpr std::size_t kMessageBytes = 1024;

/// What all processes see. Atomics are lock-free, or they would not work between processes.
struct Shared {
  std::atomic<int> arrived{0};
  std::atomic<unsigned> round{0};
  std::atomic<int> failing{0};  // 1: somebody writes what follows, 2: it is there
  int kind = 0;
  char message[kMessageBytes]{};
};

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free);

constexpr std::size_t kHeader = (sizeof(Shared) + 63) / 64 * 64;

}  // namespace

/// The region: Shared, a slot of `numbers` doubles for each shard, and `numbers` doubles of sums.
class ForkedShards::Memory {
 public:
  Memory(int shards, Index numbers)
      : numbers_(numbers), bytes_(kHeader + to_size((shards + 1) * numbers) * sizeof(double)) {
    void* const start = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
      throw IoError(concat("shards: ", bytes_, " bytes of shared memory: ", std::strerror(errno)));
    }
    start_ = static_cast<std::byte*>(start);
    new (start_) Shared;
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { ::munmap(start_, bytes_); }

  [[nodiscard]] Shared& shared() const { return *std::launder(reinterpret_cast<Shared*>(start_)); }
  template <class Number>
  [[nodiscard]] Number* slot(int shard) const {
    return reinterpret_cast<Number*>(start_ + kHeader + to_size(shard * numbers_) * sizeof(double));
  }
  [[nodiscard]] Index numbers() const { return numbers_; }

 private:
  Index numbers_;
  std::size_t bytes_;
  std::byte* start_ = nullptr;
};

namespace {

/// One process's end. `alive` throws when a process is gone, and is called now and then by who waits.
template <class Memory, class Seconds>
class Shard final : public Communicator {
 public:
  Shard(Memory& memory, Seconds& seconds, const ShardLayout& layout, int place, std::function<void()> alive)
      : memory_(memory),
        seconds_(seconds),
        layout_(layout),
        place_(place),
        shard_(layout.rank * layout.here + place),
        shards_(layout.shards()),
        alive_(std::move(alive)) {}

  /// Of the machine's first process alone.
  void set_link(RankLink& link) { link_ = &link; }

  [[nodiscard]] int shard() const override { return shard_; }
  [[nodiscard]] int shards() const override { return shards_; }

  void gather(std::span<const double> own, std::span<double> all) override {
    require_room(own.size());
    require(all.size() == own.size() * static_cast<std::size_t>(shards_), "shards: room for ", all.size(),
            " numbers, expected ", own.size(), " of each of ", shards_);
    const SecondsOf call(seconds_.calls);
    std::copy(own.begin(), own.end(), memory_.template slot<double>(shard_));
    wait_for_all();
    if (layout_.ranks > 1) {
      if (place_ == 0) gather_ranks(own.size());
      wait();
    }
    for (int s = 0; s < shards_; ++s) {
      std::copy_n(memory_.template slot<double>(s), own.size(), all.data() + static_cast<std::size_t>(s) * own.size());
    }
    wait();  // before anybody writes again
  }

  void add(std::span<float> numbers) override {
    const auto count = static_cast<Index>(numbers.size());
    require_room(numbers.size());
    const SecondsOf call(seconds_.calls);
    std::copy(numbers.begin(), numbers.end(), memory_.template slot<float>(shard_));
    wait_for_all();
    const bool first = place_ == 0, several = layout_.ranks > 1;
    if (several) {
      if (first) exchange_chunks(count);
      wait();
    }
    float* const sums = memory_.template slot<float>(shards_);
    const Range chunk = chunk_of(count, layout_.rank),
                part = piece_of(chunk.end - chunk.begin, layout_.here, place_, 16);
    for (Index i = chunk.begin + part.begin; i < chunk.begin + part.end; ++i) {
      float sum = memory_.template slot<float>(0)[i];
      for (int s = 1; s < shards_; ++s) sum += memory_.template slot<float>(s)[i];
      sums[i] = sum;
    }
    wait();
    if (several) {
      if (first) link_->gather({sums, numbers.size()}, counts_of(count, 1));
      wait();
    }
    std::copy_n(sums, numbers.size(), numbers.begin());
  }

  void fail(const std::exception& error) noexcept override {
    Shared& shared = memory_.shared();
    int nobody = 0;
    if (!shared.failing.compare_exchange_strong(nobody, 1)) return;
    shared.kind = failure_kind(error);
    const std::size_t size = std::min(std::strlen(error.what()), kMessageBytes - 1);
    std::memcpy(shared.message, error.what(), size);
    shared.message[size] = '\0';
    shared.failing.store(2);
  }

 private:
  void require_room(std::size_t numbers) const {
    require(static_cast<Index>(numbers) <= memory_.numbers(), "shards: ", numbers,
            " numbers at once, expected at most ", memory_.numbers());
  }

  /// What rank r adds up.
  [[nodiscard]] Range chunk_of(Index count, int rank) const { return piece_of(count, layout_.ranks, rank, 16); }
  /// `each` numbers of every number in the ranks' chunks.
  [[nodiscard]] std::vector<Index> counts_of(Index count, Index each) const {
    std::vector<Index> counts;
    counts.reserve(static_cast<std::size_t>(layout_.ranks));
    for (int r = 0; r < layout_.ranks; ++r)
      counts.push_back(each * (chunk_of(count, r).end - chunk_of(count, r).begin));
    return counts;
  }

  /// The other ranks' doubles into their slots.
  void gather_ranks(std::size_t each) {
    rows_.resize(each * static_cast<std::size_t>(shards_));
    const auto row = [&](int shard) { return rows_.begin() + static_cast<std::ptrdiff_t>(each) * shard; };
    for (int s = shard_; s < shard_ + layout_.here; ++s) std::copy_n(memory_.template slot<double>(s), each, row(s));
    link_->gather(rows_);
    for (int s = 0; s < shards_; ++s) std::copy_n(row(s), each, memory_.template slot<double>(s));
  }

  /// This rank's chunk of all shards' floats into their slots.
  void exchange_chunks(Index count) {
    const Range own = chunk_of(count, layout_.rank);
    const Index width = own.end - own.begin;
    send_.clear();
    receive_.resize(to_size(width * shards_));
    for (int r = 0; r < layout_.ranks; ++r) {
      const Range theirs = chunk_of(count, r);
      for (int s = shard_; s < shard_ + layout_.here; ++s) {
        const float* const slot = memory_.template slot<float>(s);
        send_.insert(send_.end(), slot + theirs.begin, slot + theirs.end);
      }
    }
    const std::vector<Index> receive_counts(static_cast<std::size_t>(layout_.ranks), width * layout_.here);
    link_->exchange(send_, counts_of(count, layout_.here), receive_, receive_counts);
    for (int s = 0; s < shards_; ++s) {
      std::copy_n(receive_.begin() + s * width, width, memory_.template slot<float>(s) + own.begin);
    }
  }

  void wait_for_all() {
    const SecondsOf waiting(seconds_.waiting);
    wait();
  }

  /// A barrier of this machine's processes. Who waits long gives its processor away: shards may be more than processors.
  void wait() {
    Shared& shared = memory_.shared();
    const unsigned round = shared.round.load();
    if (shared.arrived.fetch_add(1) + 1 == layout_.here) {
      shared.arrived.store(0);
      shared.round.store(round + 1);
      return;
    }
    constexpr int kSpins = 2000, kYields = 200;
    for (int turn = 0; shared.round.load() == round; ++turn) {
      if (shared.failing.load() == 2) throw_failure(shared.kind, shared.message);
      if (turn < kSpins) continue;
      if (turn < kSpins + kYields) {
        ::sched_yield();
        continue;
      }
      alive_();
      constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 100'000};
      ::nanosleep(&kPause, nullptr);
    }
  }

  Memory& memory_;
  Seconds& seconds_;
  ShardLayout layout_;
  int place_, shard_, shards_;  // among this machine's, and among all
  std::function<void()> alive_;
  RankLink* link_ = nullptr;
  std::vector<float> send_, receive_;  // kept: their pages would be new in every step
  std::vector<double> rows_;
};

/// A forked process hears of a stop through its shard 0.
void ignore_stops() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) std::signal(signal, SIG_IGN);
}

}  // namespace

ForkedShards::ForkedShards(ShardLayout layout, Index numbers) : layout_(layout) {
  const int shards = layout.shards();
  require(layout.ranks >= 1 && layout.rank >= 0 && layout.rank < layout.ranks, "shards: rank ", layout.rank, " of ",
          layout.ranks);
  require(shards >= 1 && shards <= kMostShards, "shards: ", shards, ", expected 1 to ", kMostShards);
  require(numbers >= 1, "shards: sums of ", numbers, " numbers, expected at least 1");
  memory_ = std::make_unique<Memory>(shards, numbers);
}

ForkedShards::~ForkedShards() = default;

namespace {

/// The other processes of this machine, as the first one knows them.
class Others {
 public:
  explicit Others(const Shared& shared) : shared_(shared) {}

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
      if (shared_.failing.load() == 2) throw_failure(shared_.kind, shared_.message);
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

  const Shared& shared_;
  std::vector<pid_t> running_;  // 0: has ended
};

/// What a forked process does: the work, unless the first process is gone.
template <class Memory, class Seconds>
int work_apart(Memory& memory, Seconds& seconds, const ShardLayout& layout, int place, pid_t first,
               const std::function<int(Communicator&)>& work) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  ignore_stops();
  Shard own(memory, seconds, layout, place, [first] {
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
  Others others(memory_->shared());
  for (int place = 1; place < layout_.here; ++place) {
    if (others.add([&] { return work_apart(*memory_, seconds_, layout_, place, first, work); })) continue;
    const std::string why = std::strerror(errno);
    others.kill();
    throw IoError(concat("shards: process ", place + 1, " of ", layout_.here, " cannot be made: ", why));
  }
  Shard own(*memory_, seconds_, layout_, 0, [&others] { others.look(); });
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
