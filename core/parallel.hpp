// Threads with fixed splits: how work is divided depends on its size only, never on how many threads there are.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/float_environment.hpp"
#include "core/team.hpp"
#include "core/types.hpp"

namespace mog {

/// Threads used by parallel_for; at first OMP_NUM_THREADS, or else the processors that this process may use: those of
/// its affinity mask and its control group's quota.
int threads();
/// Sets the number of threads, 1 to kMostThreads. Results do not depend on it, to the bit. With 1, none is started.
void set_threads(int count);

/// While it lives, the thread that made it uses at most so many threads, whatever set_threads says.
class [[nodiscard]] ThreadLimit {
 public:
  /// Throws std::invalid_argument unless 1 <= count <= kMostThreads.
  explicit ThreadLimit(int count);
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;
  ~ThreadLimit();

 private:
  int before_;
};

/// One piece of [0, n) when it is cut into `pieces` nearly equal ones, each a multiple of `grain` but the last.
struct Range {
  Index begin, end;
};
inline Range piece_of(Index n, Index pieces, Index i, Index grain = 1) {
  const Index grains = (n + grain - 1) / grain;
  return {std::min(n, grains * i / pieces * grain), std::min(n, grains * (i + 1) / pieces * grain)};
}

/// Within parallel_for: the number of the calling thread, from 0, and how many there are.
int thread_number();
int team_size();

/// Calls work(i) for each i in [0, n), on several threads. The work of one i must not depend on another's, and must not
/// throw: check the arguments before. A sum over pieces is written piece by piece, each to a place of its own, and
/// added up afterwards in the order of the pieces.
/// Every thread begins with a share of its own, the same part of memory in every call, and then takes work from the
/// shares of slower threads, whose cores other programs may be using. The first items of a share are always done by its
/// owner, so that which threads take part in a call, and need working memory for it, does not depend on chance.
/// Every work(i) finds the same floating-point environment. Throws IoError where the system refuses the threads, see
/// team_for().
template <class Work>
void parallel_for(Index n, const Work& work) {
  const int count = n <= 1 ? 1 : team_for(threads());
  if (count == 1) {  // without OpenMP, whose team of one would allocate each time
    const FloatEnvironment standard;
    for (Index i = 0; i < n; ++i) work(i);
    return;
  }
  struct alignas(64) Share {
    std::atomic<Index> next;
    Index end;
  };
  constexpr int kMostShares = 64;
  Share shares[kMostShares];
  const int used = std::min(count, kMostShares);
  const Index step = std::max<Index>(1, n / (32 * used));  // taken at once
  for (int s = 0; s < used; ++s) {
    const Range own = piece_of(n, used, s);
    shares[s].next = std::min(own.begin + step, own.end);
    shares[s].end = own.end;
  }
  const auto run = [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) work(i);
  };
#pragma omp parallel num_threads(count)
  {
    const FloatEnvironment standard;
    const int me = thread_number(), team = team_size();  // may be smaller than `count`
    for (int s = me; s < used; s += team) {
      const Range own = piece_of(n, used, s);
      run(own.begin, std::min(own.begin + step, own.end));
    }
    for (int s = 0; s < used; ++s) {
      Share& share = shares[(me + s) % used];
      for (Index i; (i = share.next.fetch_add(step, std::memory_order_relaxed)) < share.end;) {
        run(i, std::min(i + step, share.end));
      }
    }
  }
}

}  // namespace mog
