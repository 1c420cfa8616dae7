// The first bytes of a checkpoint (safetensors: the header's length, then its JSON) and of a packed file (its magic).
#include "apps/network_file.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/file.hpp"

namespace mog::apps {

NetworkKind network_kind(const std::filesystem::path& file) {
  // Only the first letters of its magic: when a transfer as text has changed the rest, the reader says so.
  constexpr std::array kPacked{std::byte{0x89}, std::byte{'M'}, std::byte{'O'}, std::byte{'G'}};
  const std::vector<std::byte> bytes = read_beginning(file, 9);
  if (bytes.size() >= kPacked.size() && std::equal(kPacked.begin(), kPacked.end(), bytes.begin())) {
    return NetworkKind::packed;
  }
  // The length's upper half is 0, as a header has at most 64 MB: no picture has that before a brace.
  const bool checkpoint =
      bytes.size() == 9 && bytes[8] == std::byte{'{'} &&
      std::all_of(bytes.begin() + 4, bytes.begin() + 8, [](std::byte b) { return b == std::byte{0}; });
  return checkpoint ? NetworkKind::checkpoint : NetworkKind::none;
}

NetworkKind require_network(const std::filesystem::path& file) {
  const NetworkKind kind = network_kind(file);
  if (kind == NetworkKind::none) {
    throw DataError(concat(file.string(), ": neither a checkpoint (safetensors) nor a packed network (.mog)"));
  }
  return kind;
}

}  // namespace mog::apps
