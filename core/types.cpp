// Shapes: construction with checks, element count, printing.
#include "core/types.hpp"

#include <ostream>
#include <stdexcept>

#include "core/error.hpp"

namespace mog {

Shape::Shape(std::initializer_list<Index> sizes) : Shape(sizes.begin(), static_cast<int>(sizes.size())) {}

Shape::Shape(const Index* sizes, int rank) : rank_(rank) {
  require(rank >= 0 && rank <= kMaxRank, "shape: rank ", rank, ", expected at most ", kMaxRank);
  Index product = 1;
  for (int i = 0; i < rank; ++i) {
    const Index size = sizes[i];
    require(size >= 0, "shape: size ", size, " on axis ", i, ", expected 0 or more");
    require(!__builtin_mul_overflow(product, size, &product), "shape: more elements than 64 bits count");
    sizes_[static_cast<std::size_t>(i)] = size;
  }
}

Index Shape::elements() const {
  if (rank_ == 0) return 0;
  Index product = 1;
  for (int i = 0; i < rank_; ++i) product *= (*this)[i];
  return product;
}

Shape Shape::with_channels(Index channels) const {
  require(rank_ >= 1, "shape: channels of a shape of rank 0");
  std::array<Index, kMaxRank> sizes = sizes_;
  sizes[static_cast<std::size_t>(rank_ - 1)] = channels;
  return {sizes.data(), rank_};
}

std::string Shape::text() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) text += (i == 0 ? "" : ", ") + std::to_string((*this)[i]);
  return text + "]";
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.text(); }

}  // namespace mog
