// Splits of a data set: some pictures of every class are kept from learning, to measure on.
#pragma once

#include <cstdint>

#include "data/dataset.hpp"

namespace mog {

/// Of each class the share `test_share`, rounded, becomes the test part, drawn by (seed, class); the rest is the
/// training part; both keep their order. Throws std::invalid_argument unless 0 < test_share < 1; DataError when a part
/// would be empty.
DatasetPair split(const Dataset& data, double test_share, std::uint64_t seed);

/// The same training pictures without `images` of them, which take the test pictures' place: to choose between ways of
/// training without looking at the test set. Rounded, as many of each class, and the same ones for every run. Throws
/// std::invalid_argument unless 1 <= images < the training pictures.
DatasetPair hold_back(const DatasetPair& data, Index images);

}  // namespace mog
