// The networks that are found by name: NAME.mog in the folder that comes with the program, and in one's own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mog::apps {

struct NamedNetwork {
  std::string name;
  std::filesystem::path file;
};

/// All of them, by name. The folders of MOG_NETWORKS, separated by colons, come before the program's: of two networks
/// of one name the first counts. Throws IoError when a folder of MOG_NETWORKS cannot be read.
std::vector<NamedNetwork> named_networks();

/// Throws std::invalid_argument, with the names that there are, when there is none of this name.
std::filesystem::path find_network(const std::string& name);

}  // namespace mog::apps
