// Pictures that a data set holds more than once.
#pragma once

#include <functional>
#include <vector>

#include "data/dataset.hpp"

namespace mog {

/// One picture of a pair of sets.
struct PictureIndex {
  bool test;
  Index index;
};

/// Groups of two or more pictures with the same pixels, in either part, whatever their labels; training pictures first.
/// Groups and what is in them follow the order of the pictures; those that `left_out` says are passed over. Throws
/// std::invalid_argument unless all pictures have one size.
std::vector<std::vector<PictureIndex>> equal_pictures(const DatasetPair& data,
                                                      const std::function<bool(const PictureIndex&)>& left_out = {});

}  // namespace mog
