// A person's own pictures: a folder with one sub-folder for each class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/picture_size.hpp"

namespace mog {

struct ImageFolderOptions {
  PictureSize size = {};     // pictures are cut to its proportions and scaled to it
  double test_share = 0.2;   // of each class, kept for measuring where no test/ folder does; above 0, below 1
  std::uint64_t seed = 1;    // of the choice which ones
  bool skip_broken = false;  // leave out what is no sound picture; what the system refuses is an error all the same
};

struct ClassCount {
  std::string name;
  Index train = 0, test = 0;  // pictures
};

/// Of both parts, in the order of their numbers; test names all classes.
std::vector<ClassCount> count_classes(const DatasetPair& data);

/// What was recognised in a folder, and what of it was read.
struct FolderReport {
  std::string layout;       // "learning from pics/train, measured on pics/val"
  bool test_apart = false;  // there is a folder to measure on
  std::vector<ClassCount> classes;
  std::vector<std::string> left_out;  // with skip_broken: one line each, why
};

struct LoadedFolder {
  DatasetPair data;
  FolderReport report;
};

/// All pictures below dir/<class>/, labelled by the sorted names of the sub-folders. Hidden files, those that systems
/// make (Thumbs.db, __MACOSX, ...) and files beside the sub-folders are passed over. Throws IoError or DataError, which
/// name the file, for anything in a sub-folder that is no readable PNG, JPEG or BMP, for an empty sub-folder, and for
/// fewer than two.
Dataset load_image_folder(const std::filesystem::path& dir, const ImageFolderOptions& options = {});

/// The layouts that find_layout recognises: what to learn from and what to measure on, apart (test may lack some of
/// train's classes), or together, of which test_share of each class, rounded, is drawn by (seed, class) for measuring.
/// Throws as above, and DataError when there is nothing to learn from, or a class in test that train lacks.
LoadedFolder load_training_folder(const std::filesystem::path& dir, const ImageFolderOptions& options = {});
DatasetPair load_image_folder_pair(const std::filesystem::path& dir, const ImageFolderOptions& options = {});

/// Only what is measured on: test/ or val/ where there is one; otherwise everything, or, `held_back`, the share that
/// load_training_folder keeps from learning. data.train has no pictures.
LoadedFolder load_measured_folder(const std::filesystem::path& dir, const ImageFolderOptions& options = {},
                                  bool held_back = false);

}  // namespace mog
