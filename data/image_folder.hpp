// A person's own pictures: a folder with one sub-folder for each class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mog {

struct ImageFolderOptions {
  Index size = 32;          // pictures are cut to the centred square and scaled to size x size pixels, 1 to 4096
  double test_share = 0.2;  // of each class, kept for measuring where no test/ folder does; above 0, below 1
  std::uint64_t seed = 1;   // of the choice which ones
};

/// All pictures below dir/<class>/, labelled by the sorted names of the sub-folders. Hidden files are passed over, and
/// so are files beside the sub-folders. Throws IoError or DataError, which name the file, for anything in a sub-folder
/// that is no readable PNG, JPEG or BMP, for an empty sub-folder, and for fewer than two.
Dataset load_image_folder(const std::filesystem::path& dir, const ImageFolderOptions& options = {});

/// dir/train/<class>/ and dir/test/<class>/ where both exist (test may lack some of train's classes); otherwise
/// dir/<class>/, of which test_share of each class, rounded, is drawn by (seed, class) for measuring.
DatasetPair load_image_folder_pair(const std::filesystem::path& dir, const ImageFolderOptions& options = {});

/// Everything that is wrong with the pictures below `dir` (which may hold train/ and test/), one line each.
std::vector<std::string> image_folder_problems(const std::filesystem::path& dir);
/// "3 classes, 120 files", for each of train/ and test/ where both exist; empty when no file in a sub-folder is named
/// like a picture (.png, .jpg, .jpeg, .bmp).
std::string describe_image_folder(const std::filesystem::path& dir);

}  // namespace mog
