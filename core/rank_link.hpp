// RankLink: how the processes that a launcher started, a rank each, reach one another.
#pragma once

#include <exception>
#include <span>

#include "core/traffic.hpp"
#include "core/types.hpp"

namespace mog {

/// One rank's connection to the others. All ranks make the same calls in the same order; each returns when all have made
/// it. A call throws what another rank failed with, instead of that rank's next call.
class RankLink {
 public:
  RankLink() = default;
  RankLink(const RankLink&) = delete;
  RankLink& operator=(const RankLink&) = delete;
  virtual ~RankLink() = default;

  /// buffer [ranks, buffer.size() / ranks]: each rank has filled its own row; then all rows are there.
  virtual void gather(std::span<double> buffer) = 0;
  /// Rows of counts[r] numbers one after the other: each rank has filled its own; then all are there.
  virtual void gather(std::span<float> buffer, std::span<const Index> counts) = 0;
  /// Sends rank r the r-th row of `send`, send_counts[r] numbers, and receives its own row of each rank's, in their
  /// order, receive_counts[r] numbers.
  virtual void exchange(std::span<const float> send, std::span<const Index> send_counts, std::span<float> receive,
                        std::span<const Index> receive_counts) = 0;
  /// Of all calls so far, but what is done with the numbers.
  [[nodiscard]] virtual Traffic traffic() const = 0;
  /// In place of the next call: lets all others end with this error. Nothing can follow; the second time does nothing.
  virtual void fail(const std::exception& error) noexcept = 0;
};

}  // namespace mog
