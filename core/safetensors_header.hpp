// The JSON header of a safetensors file: as text, and read back in one pass with bounded memory.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/safetensors.hpp"

namespace mog {

constexpr const char* kMetadataName = "__metadata__";

/// One tensor: its bytes are [begin, end) after the header.
struct HeaderEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  Index begin = 0, end = 0;
};

struct Header {
  std::vector<HeaderEntry> entries;
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// A name for a message: in quotes, on one line, not longer than a line.
std::string in_quotes(const std::string& text);

/// Throws std::invalid_argument unless the text is UTF-8, which JSON needs.
void require_json_text(const std::string& text);

std::string header_text(std::span<const HeaderEntry> entries,
                        std::span<const std::pair<std::string, std::string>> metadata);

/// Reads a header. `refuse(byte, what)` must throw; it is called for anything that is no header: the layout of the
/// tensors' bytes is not looked at. A scalar (shape []) is read as shape [1].
Header parse_header(std::string_view text, const std::function<void(Index, const std::string&)>& refuse);

}  // namespace mog
