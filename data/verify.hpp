// Says what a folder of data is, and everything that is wrong with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mog {

struct Verification {
  std::string found;                  // one line: what the folder holds
  std::vector<std::string> problems;  // one line for each thing that is wrong; none when all is well
};

/// Recognises CIFAR-10, CIFAR-100 (the folder itself or the one around it; both when both are there) and folders of
/// pictures by class, and reads every file. Finds missing files, wrong sizes, labels out of range, unreadable pictures
/// and wrong class names.
Verification verify_dataset(const std::filesystem::path& dir);

}  // namespace mog
