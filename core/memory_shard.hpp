// A machine's shard: what it tells the others through the memory that they share, and other ranks through a link.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/communicator.hpp"
#include "core/parallel.hpp"
#include "core/rank_link.hpp"
#include "core/shard_memory.hpp"

namespace mog {

/// Which shards of a run are this machine's, where several ranks share them out: `here` from rank here on.
struct ShardLayout {
  int here = 1;
  int rank = 0, ranks = 1;

  [[nodiscard]] int shards() const { return here * ranks; }
};

/// What a shard's calls have taken so far, in seconds; the second is part of the first.
struct ShardSeconds {
  double calls = 0, waiting = 0;
};

/// One process's end. `alive` throws when a process is gone, and is called now and then by who waits.
class MemoryShard final : public Communicator {
 public:
  /// `place`: among this machine's processes.
  MemoryShard(ShardMemory& memory, ShardSeconds& seconds, const ShardLayout& layout, int place,
              std::function<void()> alive);

  /// Of the machine's first process alone.
  void set_link(RankLink& link) { link_ = &link; }

  [[nodiscard]] int shard() const override { return shard_; }
  [[nodiscard]] int shards() const override { return shards_; }
  void gather(std::span<const double> own, std::span<double> all) override;
  void add(std::span<float> numbers) override;
  void fail(const std::exception& error) noexcept override { memory_.words().fail(error); }

 private:
  void require_room(std::size_t numbers) const;
  /// What rank r adds up.
  [[nodiscard]] Range chunk_of(Index count, int rank) const { return piece_of(count, layout_.ranks, rank, 16); }
  /// `each` numbers of every number in the ranks' chunks.
  [[nodiscard]] std::vector<Index> counts_of(Index count, Index each) const;
  /// The other ranks' doubles into their slots.
  void gather_ranks(std::size_t each);
  /// This rank's chunk of all shards' floats into their slots.
  void exchange_chunks(Index count);
  void wait_for_all();
  /// A barrier of this machine's processes. Who waits long gives its processor away: shards may be more than processors.
  void wait();

  ShardMemory& memory_;
  ShardSeconds& seconds_;
  ShardLayout layout_;
  int place_, shard_, shards_;  // among this machine's, and among all
  std::function<void()> alive_;
  RankLink* link_ = nullptr;
  std::vector<float> send_, receive_;  // kept: their pages would be new in every step
  std::vector<double> rows_;
};

}  // namespace mog
