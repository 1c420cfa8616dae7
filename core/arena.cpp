// Blocks and holes: best fit in address order, neighbours merged when a block comes back.
#include "core/arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "core/error.hpp"

namespace mog {

/// The arena's own state; it stays alive until the last block has come back.
struct Storage::Region {
  std::byte* base = nullptr;
  std::size_t capacity = 0;
  std::size_t top = 0;   // bytes from base that blocks and holes cover; the last of them is a block
  std::size_t peak = 0;  // the largest top so far
  std::size_t in_use = 0;
  long users = 1;               // blocks in use, and the arena itself
  Block* first_hole = nullptr;  // in address order

  Block* take(std::size_t bytes);
  Block* take_for(std::size_t bytes);
  void give_back(Block* block);
  void drop() {
    if (--users > 0) return;
    munmap(base, capacity);
    delete this;
  }

 private:
  static std::byte* address(Block* block) { return reinterpret_cast<std::byte*>(block); }
  static bool touch(Block* left, Block* right) { return address(left) + left->bytes == address(right); }
  Block** smallest_hole_of(std::size_t bytes);
};

/// The link that points to the smallest hole with room for `bytes`; null when there is none.
Storage::Block** Storage::Region::smallest_hole_of(std::size_t bytes) {
  Block** best = nullptr;
  for (Block** link = &first_hole; *link != nullptr; link = &(*link)->next_free) {
    if ((*link)->bytes >= bytes && (best == nullptr || (*link)->bytes < (*best)->bytes)) best = link;
  }
  return best;
}

Storage::Block* Storage::Region::take(std::size_t bytes) {
  Block* block = nullptr;
  if (Block** link = smallest_hole_of(bytes); link != nullptr) {
    block = *link;
    if (const std::size_t rest = block->bytes - bytes; rest > kHeader) {
      *link = new (address(block) + bytes) Block{0, this, rest, block->next_free};
      block->bytes = bytes;
    } else {
      *link = block->next_free;
    }
  } else {
    if (bytes > capacity - top) throw std::bad_alloc();
    block = new (base + top) Block{0, this, bytes, nullptr};
    top += bytes;
    peak = std::max(peak, top);
  }
  block->handles.store(1, std::memory_order_relaxed);
  in_use += block->bytes;
  ++users;
  return block;
}

/// A block with room for `bytes` after its header.
Storage::Block* Storage::Region::take_for(std::size_t bytes) {
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (rounded < bytes || rounded > capacity) throw std::bad_alloc();
  return take(kHeader + rounded);
}

/// What comes back at the top lowers it, so that an empty arena is as it was at first: the same requests then find the
/// same places.
void Storage::Region::give_back(Block* block) {
  in_use -= block->bytes;
  Block** link = &first_hole;  // that points, or will point, to the hole
  Block** before = nullptr;    // that points to the hole before it
  while (*link != nullptr && *link < block) {
    before = link;
    link = &(*link)->next_free;
  }
  block->next_free = *link;
  *link = block;
  if (block->next_free != nullptr && touch(block, block->next_free)) {
    block->bytes += block->next_free->bytes;
    block->next_free = block->next_free->next_free;
  }
  if (before != nullptr && touch(*before, block)) {
    (*before)->bytes += block->bytes;
    (*before)->next_free = block->next_free;
    link = before;
  }
  if (address(*link) + (*link)->bytes == base + top) {
    top = static_cast<std::size_t>(address(*link) - base);
    *link = nullptr;
  }
  drop();
}

Storage Storage::from_heap(std::size_t bytes) {
  void* memory = ::operator new (kHeader + bytes, std::align_val_t{kAlignment});
  return Storage(new (memory) Block{1, nullptr, kHeader + bytes, nullptr});
}

Storage Storage::sibling(std::size_t bytes) const {
  const bool in_arena = block_ != nullptr && block_->region != nullptr;
  return in_arena ? Storage(block_->region->take_for(bytes)) : from_heap(bytes);
}

void Storage::release() {
  if (block_ == nullptr || block_->handles.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (block_->region != nullptr) {
    block_->region->give_back(block_);
  } else {
    ::operator delete (block_, std::align_val_t{kAlignment});
  }
}

namespace {

constexpr std::size_t kLeastReserved = std::size_t{64} << 20;

void* reserve(std::size_t bytes) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

}  // namespace

Arena::Arena(std::size_t capacity) : region_(new Storage::Region) {
  const bool any = capacity == 0;
  if (any) {
    capacity = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }
  void* base = reserve(capacity);
  // A limit on address space (ulimit -v, an emulator's) leaves the largest half, quarter, ... that it allows.
  while (base == MAP_FAILED && any && capacity > kLeastReserved) base = reserve(capacity /= 2);
  if (base == MAP_FAILED) {
    delete region_;
    throw IoError(concat("arena: cannot reserve ", capacity, " bytes of address space: ", std::strerror(errno)));
  }
#ifdef MADV_HUGEPAGE
  madvise(base, capacity, MADV_HUGEPAGE);  // a hint: with huge pages, large maps take far fewer page-table entries
#endif
  region_->base = static_cast<std::byte*>(base);
  region_->capacity = capacity;
}

Arena::~Arena() { region_->drop(); }

Storage Arena::take(std::size_t bytes) { return Storage(region_->take_for(bytes)); }

std::size_t Arena::bytes_in_use() const { return region_->in_use; }
std::size_t Arena::peak_bytes() const { return region_->peak; }

}  // namespace mog
