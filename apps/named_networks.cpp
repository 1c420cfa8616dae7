// Reads the folders; a name is a file's name without its ending.
#include "apps/named_networks.hpp"

#include <cstdlib>
#include <map>

#include "apps/shared_folder.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  std::vector<fs::path> all;
  const char* own = std::getenv("MOG_NETWORKS");
  for (const std::string& folder : split(own != nullptr ? own : "", ':')) {
    if (!folder.empty()) all.emplace_back(folder);
  }
  const fs::path shared = shared_folder("networks");
  if (!shared.empty()) all.push_back(shared);
  return all;
}

}  // namespace

std::vector<NamedNetwork> named_networks() {
  std::map<std::string, fs::path> found;
  for (const fs::path& folder : folders()) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const fs::path& file = entries->path();
      if (file.extension() == ".mog") found.try_emplace(file.stem().string(), file);
    }
    if (error) throw IoError(concat(folder.string(), ": cannot look for networks here: ", error.message()));
  }
  std::vector<NamedNetwork> networks;
  networks.reserve(found.size());
  for (const auto& [name, file] : found) networks.push_back({name, file});
  return networks;
}

fs::path find_network(const std::string& name) {
  std::string names;
  for (const NamedNetwork& network : named_networks()) {
    if (network.name == name) return network.file;
    names += (names.empty() ? "" : ", ") + network.name;
  }
  throw std::invalid_argument(concat("no network ", name,
                                     names.empty() ? ", nor any other: they are NAME.mog in the folders of MOG_NETWORKS"
                                                   : concat(", expected one of ", names)));
}

}  // namespace mog::apps
