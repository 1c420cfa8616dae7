// Tensor: shared numbers, shapes checked at the door.
#include "core/tensor.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <new>
#include <numeric>
#include <vector>

using mog::Index;
using mog::Shape;
using mog::Tensor;

TEST_CASE("a default-made tensor is empty") {
  const Tensor<float> none;
  CHECK(none.empty());
  CHECK(none.elements() == 0);
  CHECK(none.channels() == 0);
  CHECK(none.data() == nullptr);
}

TEST_CASE("copies share their numbers") {
  const auto tensor = Tensor<float>::filled({2, 3}, 1);
  CHECK(tensor.unique());
  const Tensor<float> copy = tensor;
  copy[5] = 7;
  CHECK(tensor[5] == 7);
  CHECK_FALSE(tensor.unique());
}

TEST_CASE_TEMPLATE("numbers go in and come out in order, on a 64-byte boundary", T, float, double, std::uint8_t,
                   std::int32_t) {
  std::vector<T> numbers(30);
  std::iota(numbers.begin(), numbers.end(), T{1});
  const auto tensor = Tensor<T>::from({2, 3, 5}, numbers);
  CHECK(std::vector<T>(tensor.values().begin(), tensor.values().end()) == numbers);
  CHECK(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0);
  CHECK(tensor.rows() == 6);
  CHECK(tensor.channels() == 5);
}

TEST_CASE("a tensor from an arena takes its numbers from there, and so does its sibling") {
  mog::Arena arena(1 << 16);
  {
    const Tensor<double> tensor(arena, {4, 4});
    CHECK(arena.bytes_in_use() >= 16 * sizeof(double));
    const Tensor<double> sibling = tensor.sibling();
    CHECK(sibling.shape() == Shape{4, 4});
    CHECK(sibling.data() != tensor.data());
    CHECK(arena.bytes_in_use() >= 32 * sizeof(double));
  }
  CHECK(arena.bytes_in_use() == 0);
}

TEST_CASE("a reshaped tensor shows the same numbers under another shape") {
  const auto tensor = Tensor<float>::from({2, 2}, {1, 2, 3, 4});
  const Tensor<float> flat = tensor.reshaped({4});
  CHECK(flat.data() == tensor.data());
  CHECK(flat.shape() == Shape{4});
}

TEST_CASE("mismatched shapes are refused with both shapes named") {
  const auto tensor = Tensor<float>::filled({2, 3}, 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(tensor.reshaped({5})), "tensor: reshape of [2, 3] into [5]",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(tensor.copy_from(Tensor<float>::filled({3, 2}, 0)), "tensor: copy of shape [3, 2] into [2, 3]",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((Tensor<float>::from({4}, {1, 2})), "tensor: 2 values for shape [4]", std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::require_shape(tensor, {3}, "sum", "x"), "sum: x has shape [2, 3], expected [3]",
                       std::invalid_argument);
  CHECK_NOTHROW(mog::require_shape(tensor, {2, 3}, "sum", "x"));
}

TEST_CASE("a copy of a tensor's numbers is its own") {
  const auto from = Tensor<float>::filled({3}, 2), to = Tensor<float>::filled({3}, 0);
  to.copy_from(from);
  from.fill(9);
  CHECK(to[2] == 2);
}

TEST_CASE_TEMPLATE("a shape whose bytes wrap is refused, and one that no memory holds", T, float, double, std::uint8_t,
                   std::int16_t) {
  constexpr Index kWraps = Index{1} << 62;
  mog::Arena arena(1 << 16);
  const auto takes = [&](const Shape& shape) {
    CHECK_THROWS_AS(Tensor<T>{shape}, std::invalid_argument);
    CHECK_THROWS_AS(Tensor<T>(arena, shape), std::invalid_argument);
    CHECK_THROWS_AS(Tensor<T>::filled(shape, T{1}), std::invalid_argument);
  };
  if (sizeof(T) > 1) {
    takes({kWraps});
    takes({2, Index{1} << 30, Index{1} << 31});
  }
  takes({INT64_MAX});
  takes({INT64_MAX / static_cast<Index>(sizeof(T))});
  CHECK_THROWS_AS(Tensor<T>(arena, {1 << 16}), std::bad_alloc);
  CHECK(arena.bytes_in_use() == 0);
}

TEST_CASE("the sentence of a refused shape names it, and what is possible") {
  CHECK_THROWS_WITH_AS(Tensor<float>({Index{1} << 62}),
                       "tensor: shape [4611686018427387904] has 4611686018427387904 elements, expected at most "
                       "2305843009213693935, which memory could hold",
                       std::invalid_argument);
}
