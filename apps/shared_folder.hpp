// Where the files are that come with the program, wherever the program now stands.
#pragma once

#include <filesystem>
#include <string>

namespace mog::apps {

/// The folder of this name beside the program in its build tree, or in share/mog of the tree that it is installed in;
/// empty where there is neither.
std::filesystem::path shared_folder(const std::string& name);

}  // namespace mog::apps
