// The runtime allocates nothing after loading: every way to the heap is counted.
#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <vector>

#include "deploy/random_network.hpp"
#include "deploy/runtime.hpp"

// The C library's own functions, under the names that stay when a program defines its own malloc. C++'s operator new
// and OpenMP's runtime come through here as well.
extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT: the library's names
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT
void* __libc_realloc(void* block, std::size_t size);             // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT
}

namespace {

std::atomic<long> requests{0};

void* counted(void* block) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) noexcept { return counted(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) noexcept { return counted(__libc_calloc(count, size)); }
void* realloc(void* block, std::size_t size) noexcept { return counted(__libc_realloc(block, size)); }
void* memalign(std::size_t alignment, std::size_t size) noexcept { return counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return counted(__libc_memalign(alignment, size));
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  *block = counted(__libc_memalign(alignment, size));
  return *block == nullptr ? ENOMEM : 0;
}
}

TEST_CASE("loading is seen by the counter") {
  const long before = requests;
  const mog::Runtime runtime(mog::random_network({.maps = 8, .height = 8, .width = 8}), 1);
  CHECK(requests > before);
}

TEST_CASE("no run allocates, not even the first, whatever the number of threads and images") {
  const mog::IntegerNetwork network = mog::random_network({.maps = 32, .groups = 4, .bits = 3});
  for (const int threads : {1, 2, 3}) {
    mog::Runtime runtime(network, threads);
    for (const mog::Index images : {1, 2, 5}) {
      const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * runtime.image_bytes()), 77);
      std::vector<std::int64_t> sums(static_cast<std::size_t>(images * runtime.classes()));
      const long before = requests;
      runtime.run(pixels, sums);
      const long after = requests;
      CAPTURE(threads);
      CAPTURE(images);
      CHECK(after - before == 0);
    }
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(runtime.image_bytes()), 77);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(runtime.classes()));
    std::vector<double> seconds(runtime.layers().size());
    const long before = requests;
    runtime.run_timed(pixels, sums, seconds);
    const long after = requests;
    CHECK(after - before == 0);
  }
}
