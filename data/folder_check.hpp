// Everything that is wrong with a folder of pictures, and what training would take but a person wants to know.
#pragma once

#include <filesystem>

#include "data/verify.hpp"

namespace mog {

/// Reads all pictures. Problems are what training refuses; notes are classes with no picture or a single one on either
/// side, and pictures that are there more than once, as training sees them: to learn from and to measure on, in two
/// classes, or in one. Throws as find_layout does.
Verification check_image_folder(const std::filesystem::path& dir);

}  // namespace mog
