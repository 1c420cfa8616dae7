// Placing buffers: greedily, the largest first.
#include "deploy/runtime/arena_plan.hpp"

#include <algorithm>
#include <limits>

namespace mog {

Index ArenaPlan::add(Index bytes) {
  constexpr Index kLine = 64;
  buffers_.push_back({.bytes = (bytes + kLine - 1) / kLine * kLine,
                      .first = std::numeric_limits<Index>::max(),
                      .last = -1,
                      .offset = 0});
  return static_cast<Index>(buffers_.size()) - 1;
}

void ArenaPlan::use(Index buffer, Index step) {
  Buffer& b = buffers_[static_cast<std::size_t>(buffer)];
  b.first = std::min(b.first, step);
  b.last = std::max(b.last, step);
}

Index ArenaPlan::lowest_place(const Buffer& buffer, const std::vector<const Buffer*>& placed) const {
  // A free place begins at 0 or at the end of a buffer that is in the way.
  std::vector<Index> candidates{0};
  for (const Buffer* other : placed) {
    if (other->alive_with(buffer)) candidates.push_back(other->end());
  }
  std::sort(candidates.begin(), candidates.end());
  for (const Index offset : candidates) {
    const bool taken = std::any_of(placed.begin(), placed.end(), [&](const Buffer* other) {
      return other->alive_with(buffer) && offset < other->end() && other->offset < offset + buffer.bytes;
    });
    if (!taken) return offset;
  }
  return candidates.back();
}

void ArenaPlan::place() {
  std::vector<Buffer*> order;
  for (Buffer& buffer : buffers_) order.push_back(&buffer);
  std::sort(order.begin(), order.end(),
            [](const Buffer* a, const Buffer* b) { return a->bytes != b->bytes ? a->bytes > b->bytes : a < b; });
  std::vector<const Buffer*> placed;
  for (Buffer* buffer : order) {
    buffer->offset = lowest_place(*buffer, placed);
    placed.push_back(buffer);
    bytes_ = std::max(bytes_, buffer->end());
  }
}

}  // namespace mog
