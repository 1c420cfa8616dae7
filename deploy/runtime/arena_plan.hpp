// Where temporary buffers lie in one block of memory: those that are never alive together may share their bytes.
#pragma once

#include <vector>

#include "core/types.hpp"

namespace mog {

/// Collects the buffers of a sequence of steps, then places them.
class ArenaPlan {
 public:
  /// A buffer of so many bytes; returns its number.
  Index add(Index bytes);
  /// Step `step` reads or writes the buffer, which is alive from its first use to its last.
  void use(Index buffer, Index step);
  /// Gives every buffer its offset, a multiple of 64: the largest first, each at the lowest place that no buffer takes
  /// which is alive at the same time.
  void place();

  [[nodiscard]] Index offset(Index buffer) const { return buffers_[static_cast<std::size_t>(buffer)].offset; }
  /// Bytes of the whole block.
  [[nodiscard]] Index bytes() const { return bytes_; }

 private:
  struct Buffer {
    Index bytes, first, last, offset;

    [[nodiscard]] bool alive_with(const Buffer& other) const { return first <= other.last && other.first <= last; }
    [[nodiscard]] Index end() const { return offset + bytes; }
  };
  [[nodiscard]] Index lowest_place(const Buffer& buffer, const std::vector<const Buffer*>& placed) const;

  std::vector<Buffer> buffers_;
  Index bytes_ = 0;
};

}  // namespace mog
