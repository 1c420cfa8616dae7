// The pictures of a folder with one sub-folder for each class: found, not read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mog {

/// What is wrong with a folder or a picture.
struct PictureProblem {
  enum class Kind {
    broken,      // one entry, which can be left out
    unreadable,  // the system refuses it
    layout       // the folder
  };
  std::string text;  // one line, which names it
  Kind kind = Kind::layout;
};
using PictureProblems = std::vector<PictureProblem>;

/// Classes are sorted by name, pictures by class and name.
struct PictureList {
  std::vector<std::string> class_names;
  std::vector<std::filesystem::path> files;
  std::vector<std::int32_t> labels;
};

/// Lists dir/<class>/*, of at least so many classes. What is wrong goes to `problems`. Throws IoError when a folder
/// cannot be read.
PictureList list_pictures(const std::filesystem::path& dir, PictureProblems& problems, std::size_t classes = 2);

/// Throws the first problem, and says how many more there are: an IoError for what is unreadable, or a DataError.
void throw_first(const PictureProblems& problems);

}  // namespace mog
