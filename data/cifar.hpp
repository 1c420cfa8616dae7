// CIFAR-10 and CIFAR-100 in the official binary layout (A. Krizhevsky, "Learning multiple layers of features from tiny
// images", 2009): records of label bytes and a 32 x 32 picture as three planes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace mog {

enum class Cifar { ten, hundred };
/// Which of CIFAR-100's two label bytes: 100 fine classes, or the 20 coarse ones they fall into.
enum class CifarLabels { fine, coarse };

/// One of the two sets as files: what is expected where.
struct CifarLayout {
  struct File {
    const char* name;
    Index pictures;
  };
  const char* title;        // "cifar-10", begins every message
  const char* folder;       // "cifar-10-batches-bin", the archive's only folder
  std::vector<File> train;  // in order
  File test;
  std::vector<const char*> names;  // files of class names, one for each label byte of a record
  std::vector<Index> classes;      // how many names each holds; a label byte lies below that

  [[nodiscard]] Index record_bytes() const { return static_cast<Index>(classes.size()) + 3 * 32 * 32; }
  [[nodiscard]] std::vector<File> files() const;
};
const CifarLayout& cifar_layout(Cifar which);

/// Loads the 50,000 + 10,000 pictures. `dir` is the folder that holds the files, or the one that holds that folder.
/// Throws IoError for a missing file; DataError for a wrong size (before reading), a label out of range (with its byte
/// offset), a wrong number of class names; for anything else that `dir` is, which it names, with a command that helps:
/// the other of the two sets, another version, an archive, one of the files.
DatasetPair load_cifar10(const std::filesystem::path& dir);
DatasetPair load_cifar100(const std::filesystem::path& dir, CifarLabels labels = CifarLabels::fine);

/// The folder with the files, for `dir` as above; empty when there is none.
std::filesystem::path find_cifar(const CifarLayout& layout, const std::filesystem::path& dir);
/// Everything that is wrong with the files in `folder`, one line each; pictures are not kept.
std::vector<std::string> cifar_problems(const CifarLayout& layout, const std::filesystem::path& folder);

}  // namespace mog
