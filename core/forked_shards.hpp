// Shards as forked processes of one machine, which share memory.
#pragma once

#include <functional>
#include <memory>

#include "core/communicator.hpp"

namespace mog {

/// The processes of one run. The one that makes it is shard 0; run() forks the others.
class ForkedShards {
 public:
  /// Sums of at most `numbers` floats or doubles at once. Throws std::invalid_argument unless 1 <= shards <=
  /// kMostShards, IoError when the system refuses the memory.
  ForkedShards(int shards, Index numbers);
  ForkedShards(const ForkedShards&) = delete;
  ForkedShards& operator=(const ForkedShards&) = delete;
  ~ForkedShards();

  static constexpr int kMostShards = 64;

  /// Calls work in each process and returns shard 0's result, or throws what that threw; the others end with their call.
  /// An exception in one of them is thrown in all others. When a process dies, by a signal say, all others are
  /// told within a second, and end; when shard 0 dies the system kills the others. SIGINT, SIGTERM, SIGHUP and SIGUSR1
  /// reach the work of shard 0 only. To be called once, before this process has started threads: a forked process has
  /// but one of them. Throws IoError when the system refuses a process.
  int run(const std::function<int(Communicator&)>& work);

 private:
  class Memory;
  std::unique_ptr<Memory> memory_;
  int shards_;
};

}  // namespace mog
