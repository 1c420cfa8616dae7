// A block of memory that begins at a cache line.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "core/types.hpp"

namespace mog {

/// `size` bytes, zero at first, 64-byte aligned.
class AlignedBytes {
 public:
  explicit AlignedBytes(Index size)
      : size_(size), bytes_(new (kAlignment) std::byte[static_cast<std::size_t>(size)]()) {}

  [[nodiscard]] Index size() const { return size_; }
  [[nodiscard]] std::byte* data() const { return bytes_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Delete {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, kAlignment); }
  };

  Index size_;
  std::unique_ptr<std::byte[], Delete> bytes_;
};

}  // namespace mog
