// The memory that the processes of one machine share in a training: a barrier, a message, a slot a shard, and the sums.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>

#include "core/types.hpp"

namespace mog {

/// What all processes see beside numbers. Atomics are lock-free, or they would not work between processes.
struct ShardWords {
  static constexpr std::size_t kMessageBytes = 1024;

  std::atomic<int> arrived{0};
  std::atomic<unsigned> round{0};
  std::atomic<int> failing{0};  // 1: somebody writes what follows, 2: it is there
  int kind = 0;
  char message[kMessageBytes]{};

  /// Tells the others, if nobody has failed before.
  void fail(const std::exception& error) noexcept;
  /// Throws what one of them has told.
  void throw_if_failed() const;
};

static_assert(std::atomic<int>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free);

/// The region: ShardWords, a slot of `numbers` doubles for each shard, and `numbers` doubles of sums. Mapped before the
/// processes are made. Throws IoError when the system refuses the memory.
class ShardMemory {
 public:
  ShardMemory(int shards, Index numbers);
  ShardMemory(const ShardMemory&) = delete;
  ShardMemory& operator=(const ShardMemory&) = delete;
  ~ShardMemory();

  [[nodiscard]] ShardWords& words() const;
  /// Shard number `shards`: the sums.
  template <class Number>
  [[nodiscard]] Number* slot(int shard) const {
    return reinterpret_cast<Number*>(start_ + kHeader + to_size(shard * numbers_) * sizeof(double));
  }
  [[nodiscard]] Index numbers() const { return numbers_; }

 private:
  static constexpr std::size_t kHeader = (sizeof(ShardWords) + 63) / 64 * 64;

  Index numbers_;
  std::size_t bytes_;
  std::byte* start_ = nullptr;
};

}  // namespace mog
