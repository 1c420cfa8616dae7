// Shards as forked processes of one machine, which share memory.
#pragma once

#include <functional>
#include <memory>

#include "core/memory_shard.hpp"
#include "core/traffic.hpp"

namespace mog {

/// The processes of one run on one machine. The one that makes it has the first of the machine's shards; run() forks the
/// others, and reaches other ranks, if there are any, through a link.
class ForkedShards {
 public:
  using Connect = std::function<std::unique_ptr<RankLink>()>;

  /// Sums of at most `numbers` floats or doubles at once. Throws std::invalid_argument unless 1 <= shards <=
  /// kMostShards, IoError when the system refuses the memory.
  ForkedShards(int shards, Index numbers) : ForkedShards(ShardLayout{.here = shards}, numbers) {}
  ForkedShards(ShardLayout layout, Index numbers);
  ForkedShards(const ForkedShards&) = delete;
  ForkedShards& operator=(const ForkedShards&) = delete;
  ~ForkedShards();

  static constexpr int kMostShards = 64;

  /// Calls work in each process and returns the first one's result, or throws what that threw; the others end with
  /// their call. An exception in one of them is thrown in all others. When a process dies, by a signal say, all others
  /// are told within a second, and end; when the first dies the system kills the others. SIGINT, SIGTERM, SIGHUP,
  /// SIGUSR1 and SIGUSR2 reach the work of the first only. To be called once, before this process has started threads:
  /// a forked process has but one of them. `connect` is called in the first process, when the others are there. Throws
  /// IoError when the system refuses a process.
  int run(const std::function<int(Communicator&)>& work, const Connect& connect = {});

  /// Of this process's calls so far.
  [[nodiscard]] Traffic traffic() const;

 private:
  std::unique_ptr<ShardMemory> memory_;
  ShardLayout layout_;
  std::unique_ptr<RankLink> link_;
  ShardSeconds seconds_;
};

}  // namespace mog
