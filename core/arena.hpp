// Memory for tensors: reference-counted blocks, taken from an arena whose peak is known, or from the heap.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace mog {

class Arena;

/// A shared handle on one block of memory, 64-byte aligned. Copying shares the block; the last handle gives it back to
/// where it came from. The count lives in the block itself, so that sharing never allocates.
class Storage {
 public:
  Storage() = default;
  Storage(const Storage& other) : block_(other.block_) { retain(); }
  Storage(Storage&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Storage& operator=(Storage other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Storage() { release(); }

  /// A block from the heap. Throws std::bad_alloc.
  static Storage from_heap(std::size_t bytes);
  /// Another block, from the arena or the heap that this one came from. Throws std::bad_alloc.
  [[nodiscard]] Storage sibling(std::size_t bytes) const;

  [[nodiscard]] void* data() const {
    return block_ == nullptr ? nullptr : reinterpret_cast<std::byte*>(block_) + kHeader;
  }
  /// Whether this is the only handle: then the block may be overwritten in place.
  [[nodiscard]] bool unique() const {
    return block_ != nullptr && block_->handles.load(std::memory_order_acquire) == 1;
  }

  static constexpr std::size_t kAlignment = 64;

 private:
  friend class Arena;
  struct Region;
  struct Block {
    std::atomic<int> handles;
    Region* region;     // null: from the heap
    std::size_t bytes;  // of the whole block, header included
    Block* next_free;   // the free block that follows in address order, while this one is free
  };
  static constexpr std::size_t kHeader = kAlignment;
  static_assert(sizeof(Block) <= kHeader);

  explicit Storage(Block* block) : block_(block) {}
  void retain() const {
    if (block_ != nullptr) block_->handles.fetch_add(1, std::memory_order_relaxed);
  }
  void release();

  Block* block_ = nullptr;
};

/// One contiguous piece of address space that grows page by page, and a best-fit list of the holes in it.
///
/// A training step takes the same blocks in the same order every time. From the second step on every request is met
/// from holes, no memory comes from the system, and `peak_bytes` of the first step is the memory plan. Neighbouring
/// holes merge, so what the last layers gave back serves the large maps of the first ones. Not for use by several
/// threads at once.
class Arena {
 public:
  /// Reserves address space, not memory. capacity: bytes, at most what the address space holds; 0 takes as much as
  /// the machine has memory, or less where address space is limited. Throws IoError when the system refuses.
  explicit Arena(std::size_t capacity = 0);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  /// Blocks may outlive the arena: the memory goes back to the system with the last of them.
  ~Arena();

  /// A block of uninitialised memory. Throws std::bad_alloc beyond the capacity.
  Storage take(std::size_t bytes);

  [[nodiscard]] std::size_t bytes_in_use() const;
  /// The highest address that was ever in use, from the start: what the process pays for.
  [[nodiscard]] std::size_t peak_bytes() const;

 private:
  Storage::Region* region_;
};

}  // namespace mog
