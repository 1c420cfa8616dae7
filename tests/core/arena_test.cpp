// Arena: alignment, reuse of holes, merging, the peak, blocks that outlive the arena.
#include "core/arena.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"

using mog::Arena;
using mog::Storage;

namespace {

bool aligned(const Storage& block) { return reinterpret_cast<std::uintptr_t>(block.data()) % Storage::kAlignment == 0; }

}  // namespace

TEST_CASE("blocks of any size are aligned and do not overlap") {
  Arena arena(1 << 20);
  std::vector<Storage> blocks;
  for (std::size_t bytes = 0; bytes < 300; bytes += 7) {
    blocks.push_back(arena.take(bytes));
    CHECK(aligned(blocks.back()));
    std::memset(blocks.back().data(), static_cast<int>(blocks.size()), bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* bytes = static_cast<const unsigned char*>(blocks[i].data());
    for (std::size_t j = 0; j < 7 * i; ++j) REQUIRE(bytes[j] == i + 1);
  }
}

TEST_CASE("a heap block is aligned, and an empty handle has no data") {
  CHECK(aligned(Storage::from_heap(10)));
  CHECK(Storage().data() == nullptr);
  CHECK_FALSE(Storage().unique());
}

TEST_CASE("a block's sibling comes from its own arena, or from the heap as it does") {
  Arena arena(1 << 16);
  const Storage block = arena.take(100);
  const std::size_t before = arena.bytes_in_use();
  const Storage sibling = block.sibling(100);
  CHECK(aligned(sibling));
  CHECK(arena.bytes_in_use() == 2 * before);
  CHECK_THROWS_AS(static_cast<void>(block.sibling(1 << 17)), std::bad_alloc);

  CHECK(aligned(Storage::from_heap(10).sibling(10)));
  CHECK(aligned(Storage().sibling(10)));
  CHECK(arena.bytes_in_use() == 2 * before);
}

TEST_CASE("copies share one block, which is unique again when they are gone") {
  Arena arena(1 << 16);
  Storage block = arena.take(100);
  CHECK(block.unique());
  {
    const Storage copy = block;
    CHECK(copy.data() == block.data());
    CHECK_FALSE(block.unique());
  }
  CHECK(block.unique());
  const void* data = block.data();
  const Storage moved = std::move(block);
  CHECK(moved.data() == data);
  CHECK(moved.unique());
}

TEST_CASE("a request that was given back is met from its hole: the peak stays") {
  Arena arena(1 << 20);
  const void* first = arena.take(1000).data();
  const std::size_t peak = arena.peak_bytes();
  for (int i = 0; i < 10; ++i) CHECK(arena.take(1000).data() == first);
  CHECK(arena.peak_bytes() == peak);
  CHECK(arena.bytes_in_use() == 0);
}

TEST_CASE("the smallest hole with room is taken") {
  Arena arena(1 << 20);
  Storage large = arena.take(4096), wall1 = arena.take(64), small = arena.take(512), wall2 = arena.take(64);
  const void* place = small.data();
  large = Storage();
  small = Storage();
  CHECK(arena.take(500).data() == place);
}

TEST_CASE("neighbouring holes merge, whichever of three comes back last") {
  for (int last = 0; last < 3; ++last) {
    Arena arena(1 << 20);
    std::vector<Storage> blocks;
    for (int i = 0; i < 3; ++i) blocks.push_back(arena.take(960));  // 1024 with its header
    const Storage wall = arena.take(64);
    const void* start = blocks[0].data();
    const std::size_t peak = arena.peak_bytes();
    for (int i = 0; i < 3; ++i) {
      if (i != last) blocks[static_cast<std::size_t>(i)] = Storage();
    }
    blocks[static_cast<std::size_t>(last)] = Storage();
    CHECK(arena.take(3 * 1024 - 64).data() == start);
    CHECK(arena.peak_bytes() == peak);
  }
}

TEST_CASE("a hole at the end grows into what a larger request needs") {
  Arena arena(1 << 20);
  const void* start = arena.take(1000).data();
  const Storage larger = arena.take(5000);
  CHECK(larger.data() == start);
  CHECK(arena.peak_bytes() == arena.bytes_in_use());
}

TEST_CASE("the peak is the highest use there ever was, and use goes back to nothing") {
  Arena arena(1 << 20);
  {
    const Storage a = arena.take(1000), b = arena.take(2000);
    CHECK(arena.bytes_in_use() >= 3000);
    CHECK(arena.peak_bytes() == arena.bytes_in_use());
  }
  CHECK(arena.bytes_in_use() == 0);
  CHECK(arena.peak_bytes() >= 3000);
}

TEST_CASE("blocks may outlive their arena") {
  auto arena = std::make_unique<Arena>(1 << 16);
  Storage block = arena->take(100);
  arena.reset();
  std::memset(block.data(), 1, 100);
  const Storage copy = block;
  block = Storage();
  CHECK(static_cast<const char*>(copy.data())[99] == 1);
}

TEST_CASE("more than the capacity is refused, and the arena goes on") {
  Arena arena(1 << 16);
  CHECK_THROWS_AS(arena.take(1 << 17), std::bad_alloc);
  CHECK_THROWS_AS(arena.take(~std::size_t{0}), std::bad_alloc);
  const Storage most = arena.take((1 << 16) - 64);
  CHECK_THROWS_AS(arena.take(0), std::bad_alloc);
  CHECK(arena.peak_bytes() == 1 << 16);
  CHECK_THROWS_AS(Arena(~std::size_t{0}), mog::IoError);
}

TEST_CASE("where address space is limited, the arena is content with less than the machine's memory") {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const auto used = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  rlimit before;
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  const rlimit tight = {used + (rlim_t{512} << 20), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  {
    Arena arena;
    const Storage block = arena.take(1 << 20);
    std::memset(block.data(), 1, 1 << 20);
  }
  setrlimit(RLIMIT_AS, &before);
}

TEST_CASE("any order of taking and giving back keeps blocks apart, and a repeated order needs no more memory") {
  Arena arena(1 << 24);
  std::size_t peak = 0;
  for (int round = 0; round < 3; ++round) {
    mog::Random random(7, mog::Purpose::user);
    std::vector<std::pair<Storage, std::size_t>> live;
    for (int step = 0; step < 2000; ++step) {
      if (live.size() < 40 && random.below(2) == 0) {
        const std::size_t bytes = random.below(3000);
        live.emplace_back(arena.take(bytes), bytes);
        std::memset(live.back().first.data(), static_cast<int>(bytes & 0xFF), bytes);
      } else if (!live.empty()) {
        const std::size_t victim = random.below(live.size());
        const auto* data = static_cast<const unsigned char*>(live[victim].first.data());
        for (std::size_t i = 0; i < live[victim].second; ++i) REQUIRE(data[i] == (live[victim].second & 0xFF));
        live.erase(live.begin() + static_cast<std::ptrdiff_t>(victim));
      }
    }
    live.clear();
    CHECK(arena.bytes_in_use() == 0);
    if (round > 0) CHECK(arena.peak_bytes() == peak);
    peak = arena.peak_bytes();
  }
}
