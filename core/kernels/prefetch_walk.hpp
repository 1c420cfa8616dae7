// Prefetching a block of memory in even steps, beside a loop that computes something else.
#pragma once

#include "core/types.hpp"

namespace mog::kernels {

/// Walks through rows of memory in equal steps of at most a line, prefetching into the second-level cache: spread so
/// evenly the prefetches cost little, in bursts they stall the loop.
/// A template on Arch for the one-definition rule: of an ordinary class the linker would keep one set of functions,
/// compiled for any of the instruction sets.
template <class Arch>
struct PrefetchWalk {
  static constexpr Index kLineBytes = 64;

  const char *at, *end;  // of the present row
  Index bytes, stride;   // of a row, and from row to row

  template <class T>
  PrefetchWalk(const T* from, Index count, Index pitch)
      : at(reinterpret_cast<const char*>(from)),
        end(reinterpret_cast<const char*>(from + count)),
        bytes(count * Index{sizeof(T)}),
        stride(pitch * Index{sizeof(T)}) {}

  [[gnu::always_inline]] void prefetch(Index step) {
    __builtin_prefetch(at, 0, 2);
    at += step;
    if (at >= end) {
      end += stride;
      at = end - bytes;
    }
  }
};

}  // namespace mog::kernels
