// Traffic: what a process's exchange with the others of its run has cost so far.
#pragma once

#include <chrono>

#include "core/types.hpp"

namespace mog {

/// Sums over all calls; what a step cost is the difference of two.
struct Traffic {
  Index bytes = 0;     // of numbers, sent to other ranks by this one; headers of MPI and the network come on top
  double waiting = 0;  // seconds, until the last of the others had come
  double sending = 0;  // seconds, to other ranks and from them
  double adding = 0;   // seconds of all the rest: copies, sums

  Traffic& operator+=(const Traffic& other) {
    bytes += other.bytes;
    waiting += other.waiting;
    sending += other.sending;
    adding += other.adding;
    return *this;
  }
  friend Traffic operator-(const Traffic& a, const Traffic& b) {
    return {.bytes = a.bytes - b.bytes,
            .waiting = a.waiting - b.waiting,
            .sending = a.sending - b.sending,
            .adding = a.adding - b.adding};
  }
};

/// Adds the seconds of its life to a sum.
class SecondsOf {
 public:
  explicit SecondsOf(double& seconds) : seconds_(seconds) {}
  SecondsOf(const SecondsOf&) = delete;
  SecondsOf& operator=(const SecondsOf&) = delete;
  ~SecondsOf() { seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace mog
