// A text's lines, one after the other: a list of all takes many times the memory of a text of line ends.
#pragma once

#include <optional>
#include <string_view>

namespace mog {

/// Takes the first line off the text, its end too, which is not in the result; nothing where no line ends in the text.
inline std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace mog
