// Listed pictures become a data set: decoded on all threads, what is wrong told apart.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/picture_list.hpp"
#include "data/picture_size.hpp"

namespace mog {

/// Decodes the pictures, cut to this size. What cannot be read goes to `problems`, and out of `list`.
Dataset read_pictures(const std::filesystem::path& dir, PictureList& list, const PictureSize& size,
                      PictureProblems& problems);

/// Pictures of each class.
std::vector<std::size_t> class_sizes(const PictureList& list);

/// Gives the labels of `test` the numbers that the same names have in `names`. Throws DataError for a class that is not
/// there.
void relabel(Dataset& test, const std::vector<std::string>& names);

}  // namespace mog
