// Says what a folder of data is, everything that is wrong with it, and what is odd.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mog {

struct Verification {
  std::string found;                  // one line: what the folder holds
  std::vector<std::string> details;   // of pictures by class: how many there are of each
  std::vector<std::string> problems;  // one line for each thing that is wrong; none when all is well
  std::vector<std::string> notes;     // what training takes as it is, but a person wants to know
};

/// Recognises CIFAR-10, CIFAR-100 (the folder itself or the one around it; both when both are there) and folders of
/// pictures by class, and reads every file. Finds missing files, wrong sizes, labels out of range, unreadable pictures,
/// wrong class names, layouts that are not understood; files that hold the pictures of another one, or no pictures.
/// Names what is CIFAR in another form.
Verification verify_dataset(const std::filesystem::path& dir);

}  // namespace mog
