// Communicator: a batch in shards, each computed by a process of its own, whose sums are added in the order of shards.
#pragma once

#include <exception>
#include <span>
#include <stdexcept>

#include "core/types.hpp"

namespace mog {

/// One shard's connection to the others. All shards make the same calls in the same order; each returns when all have
/// made it. Results are the same on all, and do not depend on which shard is first, on the number of threads, or on how
/// shards are spread over machines. Every call may throw what another shard failed with, or ShardFailure.
class Communicator {
 public:
  Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  virtual ~Communicator() = default;

  [[nodiscard]] virtual int shard() const = 0;   // of this process, from 0
  [[nodiscard]] virtual int shards() const = 0;  // of how many

  /// all[s] = own of shard s.  all [shards, own.size()].
  virtual void gather(std::span<const double> own, std::span<double> all) = 0;
  /// numbers[i] := ((n_0[i] + n_1[i]) + n_2[i]) + ..., n_s those of shard s.
  virtual void add(std::span<float> numbers) = 0;
  /// Lets all others end with an exception of this kind (core/error.hpp) and message, at the latest in their next call.
  /// Does nothing after somebody else's.
  virtual void fail(const std::exception& error) noexcept = 0;
};

/// Another shard's process is gone.
struct ShardFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mog
