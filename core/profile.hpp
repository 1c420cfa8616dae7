// Profile: where the time of a training step goes, operation by operation, and how much work that was.
#pragma once

#include <array>
#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// What an operation has to do at least: floating-point operations (a multiply-add is two), and bytes, each operand
/// counted once.
struct Work {
  double flops = 0, bytes = 0;
};

/// Records the times of all operations while it lives; one at a time, on the thread that calls the operations.
class Profile {
 public:
  struct Entry {
    std::string name;            // "pointwise_forward"
    std::array<Index, 4> sizes;  // as Timed got them; 0 where there are fewer
    Index calls = 0;
    double seconds = 0;
    Work work;  // of all calls together
  };

  Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;
  ~Profile();

  /// In the order of first calls.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// Forgets what was recorded.
  void clear() { entries_.clear(); }

 private:
  friend class Timed;
  void add(const char* name, const std::array<Index, 4>& sizes, double seconds, const Work& work);
  std::vector<Entry> entries_;
};

/// Times one call of an operation, from its construction to the end of its scope. Without a profile it costs one
/// comparison. Calls do not nest.
class [[nodiscard]] Timed {
 public:
  /// sizes: at most four numbers that tell calls of one operation apart.
  Timed(const char* name, std::initializer_list<Index> sizes, const Work& work);
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  ~Timed();

 private:
  Profile* profile_;  // null: no profile is recording
  const char* name_;
  std::array<Index, 4> sizes_{};
  Work work_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace mog
