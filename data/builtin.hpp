// The built-in pictures: ten classes of textured shapes, drawn by arithmetic, for a machine without any data.
#pragma once

#include <cstdint>

#include "data/dataset.hpp"

namespace mog {

struct BuiltinOptions {
  Index train = 5000;      // pictures to learn from, 1 or more
  Index test = 1000;       // pictures to measure on, 1 or more
  std::uint64_t seed = 1;  // another seed draws other pictures of the same classes
};

/// 32 x 32 RGB pictures of a circle, square, triangle, star or cross, striped or checked: label 2 * shape + texture.
/// Colours, place, size, tilt, background and noise are drawn at random and say nothing about the class, so pixels
/// alone do not either: a linear classifier stays far under what a small convolutional network reaches. Picture i is a
/// function of (seed, train or test, i), the same bytes on every machine; its label is i mod 10.
DatasetPair builtin_images(const BuiltinOptions& options = {});

}  // namespace mog
