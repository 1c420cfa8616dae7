// What the CIFAR files hold, where their sizes and labels are right: pictures that are there twice, or none.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/cifar.hpp"

namespace mog {

struct CifarContent {
  std::vector<std::string> problems;  // a file of which half or more is in another file, too; pictures of one colour
                                      // in a row, as a hole in a file makes them
  std::vector<std::string> notes;     // single ones: the official CIFAR-100 has some that are there twice
};

/// Loads both parts; the files must be as cifar_problems wants them.
CifarContent check_cifar_content(Cifar which, const std::filesystem::path& folder);

}  // namespace mog
