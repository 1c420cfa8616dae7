// Threads with fixed splits: how work is divided depends on its size only, never on how many threads there are.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/types.hpp"

namespace mog {

/// Threads used by parallel_for; at first what OpenMP offers (cores, or OMP_NUM_THREADS).
int threads();
/// Sets the number of threads, at least 1. Results do not depend on it, to the bit.
void set_threads(int count);

/// One piece of [0, n) when it is cut into `pieces` nearly equal ones, each a multiple of `grain` but the last.
struct Range {
  Index begin, end;
};
inline Range piece_of(Index n, Index pieces, Index i, Index grain = 1) {
  const Index grains = (n + grain - 1) / grain;
  return {std::min(n, grains * i / pieces * grain), std::min(n, grains * (i + 1) / pieces * grain)};
}

/// The number of the calling thread within parallel_for, from 0.
int thread_number();

/// Calls work(i) for each i in [0, n), on several threads. The work of one i must not depend on another's, and must not
/// throw: check the arguments before. Sums over pieces are written to one place each and added afterwards, in order.
/// Each thread begins with a share of its own, which from one call to the next are the same parts of memory, and then
/// helps the others with theirs: where other programs run too, one core is often slower than the next.
template <class Work>
void parallel_for(Index n, const Work& work) {
  const int count = threads();
  if (n <= 1 || count == 1) {  // without OpenMP, whose team of one would ask the heap for memory each time
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
  for (int s = 0; s < used; ++s) {
    const Range own = piece_of(n, used, s);
    shares[s].next = own.begin;
    shares[s].end = own.end;
  }
  const Index step = std::max<Index>(1, n / (32 * used));  // taken at once
#pragma omp parallel num_threads(count)
  for (int s = 0, own = thread_number(); s < used; ++s) {
    Share& share = shares[(own + s) % used];
    for (Index i; (i = share.next.fetch_add(step, std::memory_order_relaxed)) < share.end;) {
      for (const Index end = std::min(i + step, share.end); i < end; ++i) work(i);
    }
  }
}

}  // namespace mog
