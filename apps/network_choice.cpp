// [FILE] and --network NAME: which of a command line's words is the network.
#include "apps/network_choice.hpp"

#include <algorithm>

#include "apps/named_networks.hpp"
#include "apps/network_file.hpp"
#include "core/error.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

bool is_meant(const fs::path& word) {
  if (word.extension() == ".mog" || word.extension() == ".safetensors") return true;
  std::error_code error;
  return fs::is_regular_file(word, error) && network_kind(word) != NetworkKind::none;
}

/// Throws when a word is no file, but a network's name: what is meant is clear, but a file of this name would win.
void refuse_name(const fs::path& word) {
  std::error_code error;
  if (fs::exists(word, error)) return;
  const auto networks = named_networks();
  require(std::none_of(networks.begin(), networks.end(), [&](const auto& network) { return network.name == word; }),
          "no file ", word.string(), "; the network of this name is --network ", word.string());
}

}  // namespace

void NetworkChoice::add_options(CLI::App& command) {
  command.add_option("FILE", file, "Checkpoint, as RUN/best.safetensors, or packed file, as model.mog");
  command.add_option("--network", name,
                     concat("A network by its name instead, see mog networks; without either: ", kDefault));
}

void NetworkChoice::sort(std::vector<fs::path>& others) {
  if (!file.empty()) others.insert(others.begin(), file);
  file.clear();
  if (others.empty()) return;
  if (is_meant(others.front())) {
    file = others.front();
    others.erase(others.begin());
  } else {
    refuse_name(others.front());
  }
}

fs::path NetworkChoice::path() const {
  require(file.empty() || name.empty(), "two networks: the file ", file.string(), " and --network ", name,
          ", expected one");
  if (file.empty()) return find_network(name.empty() ? kDefault : name);
  refuse_name(file);
  return file;
}

}  // namespace mog::apps
