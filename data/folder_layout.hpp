// How a folder of pictures is laid out: which folder in it is learned from, which is measured on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mog {

/// Each of the two holds one sub-folder of pictures for each class.
struct FolderLayout {
  std::filesystem::path train;                     // empty: only pictures to measure on
  std::filesystem::path test;                      // empty: a share of train's
  std::vector<std::filesystem::path> passed_over;  // folders beside them and pictures in no class, which are not read
};

/// Recognises, in letters of any case and with _, - and blanks wherever they stand: train/ or training/ beside test/,
/// testing/, val/, valid/, validation/ or eval/, also with "set" or "data" behind (of test/ and val/ the first is
/// measured on); train/ alone; a test/ or val/ alone; one sub-folder for each class; and each of them in a folder that
/// holds nothing else. Throws IoError for a folder that cannot be read, DataError for anything else, with the nearest
/// layout that would do.
FolderLayout find_layout(const std::filesystem::path& given);

/// Throws DataError when there is nothing to learn from.
void require_training(const FolderLayout& layout);
/// "; passed over: pics/val", or nothing.
std::string passed_over(const FolderLayout& layout);
/// "20 % of each class of pics".
std::string share_of(const std::filesystem::path& dir, double share);
/// "learning from pics/train, measured on pics/test; passed over: pics/val".
std::string description(const FolderLayout& layout, double test_share);

}  // namespace mog
