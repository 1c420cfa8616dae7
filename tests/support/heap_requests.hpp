// Counts every request to the heap of the program that includes it, in one of its files: glibc only, and no sanitizer.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

// The C library's own functions, under the names that stay when a program defines its own malloc. C++'s operator new
// and OpenMP's runtime come through here as well.
extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT: the library's names
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT
void* __libc_realloc(void* block, std::size_t size);             // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT
}

namespace mog::test {

inline std::atomic<long> requests{0};

inline void* counted(void* block) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace mog::test

extern "C" {
void* malloc(std::size_t size) noexcept { return mog::test::counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) noexcept { return mog::test::counted(__libc_calloc(count, size)); }
void* realloc(void* block, std::size_t size) noexcept { return mog::test::counted(__libc_realloc(block, size)); }
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return mog::test::counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return mog::test::counted(__libc_memalign(alignment, size));
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  *block = mog::test::counted(__libc_memalign(alignment, size));
  return *block == nullptr ? ENOMEM : 0;
}
}
