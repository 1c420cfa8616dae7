// A thread's working memory in parts of several types.
#pragma once

#include <cstddef>

#include "core/kernels/scratch.hpp"

namespace mog::kernels {

/// Hands out parts of working memory, each at the beginning of a cache line: add all parts, then take the memory.
class Parts {
 public:
  /// Where `count` numbers will stand, in bytes from the beginning.
  template <class T>
  Index add(Index count) {
    const Index at = bytes_;
    bytes_ += (count * static_cast<Index>(sizeof(T)) + 63) / 64 * 64;
    return at;
  }
  [[nodiscard]] std::byte* take(Scratch kind) const {
    return reinterpret_cast<std::byte*>(scratch(kind, bytes_ / static_cast<Index>(sizeof(float))));
  }

 private:
  Index bytes_ = 0;
};

template <class T>
T* part_of(std::byte* memory, Index offset) {
  return reinterpret_cast<T*>(memory + offset);
}

}  // namespace mog::kernels
