// Tensor: a shape and a shared, 64-byte aligned block of numbers, channels last.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "core/arena.hpp"
#include "core/error.hpp"
#include "core/types.hpp"

namespace mog {

/// A handle: copying a Tensor shares its numbers, and costs one counter. T is float, double (gradient checks) or an
/// integer type. A default-made Tensor is empty: rank 0, no numbers.
template <class T>
class Tensor {
 public:
  Tensor() = default;
  /// Uninitialised numbers from the heap, or from `arena`. Throws std::invalid_argument when they are more bytes than
  /// 63 bits count, std::bad_alloc when there is no such memory.
  explicit Tensor(const Shape& shape) : Tensor(Storage::from_heap(bytes_of(shape)), shape) {}
  Tensor(Arena& arena, const Shape& shape) : Tensor(arena.take(bytes_of(shape)), shape) {}

  /// From the heap, every number the same.
  static Tensor filled(const Shape& shape, T value) {
    Tensor tensor(shape);
    tensor.fill(value);
    return tensor;
  }
  /// From the heap, the numbers in order: Tensor<float>::from({2, 2}, {1, 2, 3, 4}). Throws std::invalid_argument
  /// unless there are as many as the shape has elements.
  static Tensor from(const Shape& shape, std::span<const T> values) {
    require(static_cast<Index>(values.size()) == shape.elements(), "tensor: ", values.size(), " values for shape ",
            shape);
    Tensor tensor(shape);
    std::copy(values.begin(), values.end(), tensor.data());
    return tensor;
  }
  static Tensor from(const Shape& shape, std::initializer_list<T> values) {
    return from(shape, std::span<const T>(values.begin(), values.size()));
  }

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] Index elements() const { return shape_.elements(); }
  [[nodiscard]] Index rows() const { return shape_.rows(); }
  [[nodiscard]] Index channels() const { return shape_.rank() == 0 ? 0 : shape_[-1]; }
  [[nodiscard]] bool empty() const { return shape_.rank() == 0; }
  /// Whether no other handle shares the numbers.
  [[nodiscard]] bool unique() const { return storage_.unique(); }

  /// Handles do not own their numbers alone, so constness of a handle is not that of the numbers.
  [[nodiscard]] T* data() const { return static_cast<T*>(storage_.data()); }
  /// Only of a tensor with a name: in `for (float v : f().values())` the numbers would be gone with f's result.
  [[nodiscard]] std::span<T> values() const& { return {data(), static_cast<std::size_t>(elements())}; }
  std::span<T> values() const&& = delete;
  /// Number i in memory order; not checked.
  T& operator[](Index i) const { return data()[i]; }

  void fill(T value) const { std::fill_n(data(), elements(), value); }
  /// Throws std::invalid_argument when the shapes differ.
  void copy_from(const Tensor& other) const {
    require(shape_ == other.shape_, "tensor: copy of shape ", other.shape_, " into ", shape_);
    std::copy_n(other.data(), elements(), data());
  }
  /// Uninitialised numbers of the same shape, of this or another type, from the arena or the heap that these came from.
  template <class U = T>
  [[nodiscard]] Tensor<U> sibling() const {
    return Tensor<U>(storage_.sibling(Tensor<U>::bytes_of(shape_)), shape_);
  }
  /// The same numbers under another shape of as many elements; throws std::invalid_argument if it has more or fewer.
  [[nodiscard]] Tensor reshaped(const Shape& shape) const {
    require(shape.elements() == elements(), "tensor: reshape of ", shape_, " into ", shape);
    return Tensor(storage_, shape);
  }

 private:
  template <class U>
  friend class Tensor;
  Tensor(Storage storage, const Shape& shape) : storage_(std::move(storage)), shape_(shape) {}
  static std::size_t bytes_of(const Shape& shape) {
    constexpr Index kMost = (PTRDIFF_MAX - static_cast<Index>(Storage::kAlignment)) / static_cast<Index>(sizeof(T));
    require(shape.elements() <= kMost, "tensor: shape ", shape, " has ", shape.elements(),
            " elements, expected at most ", kMost, ", which memory could hold");
    return static_cast<std::size_t>(shape.elements()) * sizeof(T);
  }

  Storage storage_;
  Shape shape_;
};

/// Throws std::invalid_argument naming the operation, what the tensor or variable is, its shape and the expected one.
template <class Shaped>
void require_shape(const Shaped& tensor, const Shape& expected, std::string_view operation, std::string_view what) {
  require(tensor.shape() == expected, operation, ": ", what, " has shape ", tensor.shape(), ", expected ", expected);
}

}  // namespace mog
