// A buffer between unmapped pages: a read or write beyond it ends the test at once, or shows in the margin around it.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <type_traits>

#include "core/types.hpp"

namespace mog::test {

/// `count` elements, zero at first. The byte after the last one cannot be touched, and the buffer is only as aligned as
/// T and count make it. With a shift it begins that many elements after an unmapped page instead, misaligned as the
/// shift says, and intact() tells whether the bytes on both sides are as they were.
template <class T>
class GuardedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr Index kEndsAtPage = -1;

  explicit GuardedBuffer(Index count, Index shift = kEndsAtPage) : count_(count) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    const std::size_t before = static_cast<std::size_t>(std::max<Index>(shift, 0)) * sizeof(T);
    const std::size_t usable = (before + bytes + page - 1) / page * page;
    mapped_ = usable + 2 * page;
    base_ = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<std::byte*>(base_) + page;
    end_ = begin_ + usable;
    if (usable > 0 && mprotect(begin_, usable, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
    data_ = reinterpret_cast<T*>(shift == kEndsAtPage ? end_ - bytes : begin_ + before);
    std::fill(begin_, first_byte(), kMargin);
    std::fill(last_byte(), end_, kMargin);
  }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer() { munmap(base_, mapped_); }

  /// Whether nothing was written between the buffer and the unmapped pages.
  [[nodiscard]] bool intact() const {
    const auto untouched = [](std::byte byte) { return byte == kMargin; };
    return std::all_of(begin_, first_byte(), untouched) && std::all_of(last_byte(), end_, untouched);
  }

  [[nodiscard]] Index size() const { return count_; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + count_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + count_; }
  T& operator[](Index i) { return data_[i]; }
  const T& operator[](Index i) const { return data_[i]; }

 private:
  static constexpr std::byte kMargin{0xA5};

  [[nodiscard]] std::byte* first_byte() const { return reinterpret_cast<std::byte*>(data_); }
  [[nodiscard]] std::byte* last_byte() const { return reinterpret_cast<std::byte*>(data_ + count_); }

  Index count_;
  void* base_;
  std::size_t mapped_;
  std::byte *begin_, *end_;  // of what can be touched
  T* data_;
};

}  // namespace mog::test
