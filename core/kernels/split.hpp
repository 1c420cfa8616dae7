// What the entry points of the memory-bound kernels share: the check of their operands and the split over threads.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// A size or a pointer of an Args, with its name for the message.
struct NamedSize {
  const char* name;
  Index size;
};
struct NamedPointer {
  const char* name;
  const void* pointer;
};

/// Throws std::invalid_argument when a size is negative, or a pointer is null though there is something to read or
/// write. Returns whether there is: no size is 0.
inline bool check_operands(const char* operation, std::initializer_list<NamedSize> sizes,
                           std::initializer_list<NamedPointer> pointers) {
  bool work = true;
  for (const auto& [name, size] : sizes) {
    require(size >= 0, operation, ": ", name, " is ", size, ", expected 0 or more");
    work = work && size > 0;
  }
  for (const auto& [name, pointer] : pointers) {
    require(pointer != nullptr || !work, operation, ": ", name, " is null, expected a pointer to numbers");
  }
  return work;
}

/// How many ranges parallel_ranges cuts: at most 64, which is enough for any machine's threads and few
/// enough to add up.
inline Index ranges_of(Index n, Index smallest) { return std::clamp<Index>(n / std::max<Index>(smallest, 1), 1, 64); }

/// Cuts [0, n) into ranges of at least about `smallest`, multiples of `grain` but the last, and calls work(range, its
/// number) for each, on several threads. The cut depends on the sizes only.
template <class Work>
void parallel_ranges(Index n, Index smallest, Index grain, const Work& work) {
  const Index ranges = ranges_of(n, std::max(smallest, grain));
  parallel_for(ranges, [&](Index i) { work(piece_of(n, ranges, i, grain), i); });
}

/// A pointer moved on; null stays null.
template <class T>
T* offset(T* pointer, Index by) {
  return pointer == nullptr ? nullptr : pointer + by;
}

/// Numbers in the smallest range worth a thread: 64 KB of floats, some microseconds of memory traffic.
inline constexpr Index kSmallestRange = 16384;

/// Work of an operation on `count` elements that reads or writes `streams` numbers, and `bytes` besides, for each.
template <class T>
Work stream_work(Index count, double streams, double bytes = 0) {
  return {.bytes = static_cast<double>(count) * (streams * sizeof(T) + bytes)};
}

}  // namespace mog::kernels
