// Index type and tensor shapes: how every size in the framework is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>

namespace mog {

/// Signed size and index type; signed, so that differences and loops downwards are ordinary arithmetic.
using Index = std::int64_t;

/// An index, not negative, as the standard containers take it.
constexpr std::size_t to_size(Index i) { return static_cast<std::size_t>(i); }

/// Sizes of a tensor, outermost first, at most five of them.
/// Activations are [N, H, W, C], pointwise weights [C, O], 3x3 weights [G, 3, 3, I, Q]. Rank 0 is "no tensor".
class Shape {
 public:
  static constexpr int kMaxRank = 5;

  Shape() = default;
  /// Throws std::invalid_argument when a size is negative, there are more than five, or the product overflows.
  Shape(std::initializer_list<Index> sizes);
  Shape(const Index* sizes, int rank);

  [[nodiscard]] int rank() const { return rank_; }
  /// Size of axis i; negative i counts from the last: shape[-1] is the channels of an activation.
  [[nodiscard]] Index operator[](int i) const { return sizes_[static_cast<std::size_t>(i < 0 ? rank_ + i : i)]; }
  /// Number of elements; 0 for rank 0.
  [[nodiscard]] Index elements() const;
  /// Rows of channels: elements / last size. P = N*H*W of an activation.
  [[nodiscard]] Index rows() const {
    return rank_ == 0 || sizes_[static_cast<std::size_t>(rank_ - 1)] == 0 ? 0 : elements() / (*this)[-1];
  }
  /// The same sizes with another number of channels.
  [[nodiscard]] Shape with_channels(Index channels) const;
  /// "[50, 32, 32, 128]"
  [[nodiscard]] std::string text() const;
  /// Writes text(); messages take the shape itself, so that a check that holds builds no string.
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape);

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<Index, kMaxRank> sizes_{};
  int rank_ = 0;
};

}  // namespace mog
