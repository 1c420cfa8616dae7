// What kind of network a file holds, told by its first bytes, whatever its name is.
#pragma once

#include <filesystem>

namespace mog::apps {

enum class NetworkKind { checkpoint, packed, none };

/// Looks at the first bytes only: a damaged file of a kind is of that kind. Throws IoError when they cannot be read.
NetworkKind network_kind(const std::filesystem::path& file);
/// The same for a file that has to be a network: throws DataError when it is of neither kind.
NetworkKind require_network(const std::filesystem::path& file);

}  // namespace mog::apps
