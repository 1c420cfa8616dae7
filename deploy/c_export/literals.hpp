// Numbers, strings and names as C writes them.
#pragma once

#include <string>

#include "core/error.hpp"
#include "core/types.hpp"

namespace mog::c_export {

/// "mrb1.a" as part of a C name. Throws std::invalid_argument when it cannot be one.
std::string c_name(const std::string& layer);
/// A C string literal of any bytes; what is no plain character is written as three octal digits.
std::string literal(const std::string& text);
/// #define name value
std::string macro(const std::string& name, Index value);

/// Numbers in lines of at most 120 characters.
template <class Numbers>
std::string list(const Numbers& numbers, const char* indent = "  ") {
  std::string text, line = indent;
  for (const auto number : numbers) {
    std::string item = std::to_string(number);
    if (line.size() + item.size() + 1 > 120) {
      text += line + '\n';
      line = indent;
    }
    line += item + ',';
  }
  return text + line + '\n';
}

}  // namespace mog::c_export
