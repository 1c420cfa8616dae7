// Threads with fixed splits: how work is divided depends on its size only, never on how many threads there are.
#pragma once

#include <algorithm>

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

/// Calls work(i) for each i in [0, n), on several threads. The work of one i must not depend on another's, and must not
/// throw: check the arguments before. Sums over pieces are written to one place each and added afterwards, in order.
template <class Work>
void parallel_for(Index n, const Work& work) {
  const int count = threads();
  if (n == 1 || count == 1) {  // without OpenMP, whose team of one would ask the heap for memory each time
    for (Index i = 0; i < n; ++i) work(i);
    return;
  }
#pragma omp parallel for schedule(static) num_threads(count)
  for (Index i = 0; i < n; ++i) work(i);
}

}  // namespace mog
