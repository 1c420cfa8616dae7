// Text from a file or a command line as a terminal may show it.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>

namespace mog {

/// The text with each byte of these as \xNN: control characters (C0, DEL, C1), line and paragraph separators, marks
/// that turn the direction of writing, code points that are no characters (U+FFFE), and what is no UTF-8. So no name
/// moves the cursor, changes the title, begins another line or reads as what it is not.
std::string printable(std::string_view text);
std::string printable(const std::same_as<std::filesystem::path> auto& path) {
  return printable(std::string_view(path.native()));
}

}  // namespace mog
