// Shapes: sizes, element counts, checks.
#include "core/types.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <stdexcept>

using mog::Index;
using mog::Shape;

TEST_CASE("a shape knows its sizes from both ends, its elements and its rows of channels") {
  const Shape shape{50, 32, 16, 128};
  CHECK(shape.rank() == 4);
  CHECK(shape[0] == 50);
  CHECK(shape[-1] == 128);
  CHECK(shape[-2] == 16);
  CHECK(shape.elements() == 50 * 32 * 16 * 128);
  CHECK(shape.rows() == 50 * 32 * 16);
  CHECK(shape.text() == "[50, 32, 16, 128]");
}

TEST_CASE("a shape writes itself into a stream as its text") {
  std::ostringstream stream;
  stream << Shape{2, 3};
  CHECK(stream.str() == "[2, 3]");
}

TEST_CASE("rank 0 is no tensor: it has no elements and no rows") {
  const Shape none;
  CHECK(none.rank() == 0);
  CHECK(none.elements() == 0);
  CHECK(none.rows() == 0);
  CHECK(none.text() == "[]");
}

TEST_CASE("a size of 0 is allowed and leaves no elements and no rows") {
  CHECK(Shape{4, 0}.elements() == 0);
  CHECK(Shape{4, 0}.rows() == 0);
  CHECK(Shape{0, 4}.rows() == 0);
}

TEST_CASE("shapes are equal when rank and sizes are") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{2, 3} != Shape{2, 3, 1});
}

TEST_CASE("with_channels replaces the last size only") {
  CHECK(Shape{2, 3, 4}.with_channels(7) == Shape{2, 3, 7});
  CHECK_THROWS_AS(static_cast<void>(Shape().with_channels(7)), std::invalid_argument);
}

TEST_CASE("impossible shapes are refused with what was wrong") {
  CHECK_THROWS_WITH_AS((Shape{2, -1}), "shape: size -1 on axis 1, expected 0 or more", std::invalid_argument);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1}), "shape: rank 6, expected at most 5", std::invalid_argument);
  CHECK_THROWS_AS((Shape{std::numeric_limits<Index>::max(), 2}), std::invalid_argument);
}
