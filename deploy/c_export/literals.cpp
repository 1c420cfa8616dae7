// What C takes as a name, and how it writes any bytes.
#include "deploy/c_export/literals.hpp"

#include <algorithm>
#include <cctype>

namespace mog::c_export {

bool is_identifier(const std::string& text) {
  const auto good = [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); };
  return !text.empty() && std::all_of(text.begin(), text.end(), good) &&
         std::isdigit(static_cast<unsigned char>(text[0])) == 0;
}

std::string c_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  require(is_identifier(name), "export_c: a layer is named '", name,
          "', expected a letter, then letters, digits, '_', '-' and '.'");
  return name;
}

std::string literal(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte <= '~' && c != '"' && c != '\\' && c != '?') {
      quoted += c;
    } else {
      quoted += '\\';
      for (const int shift : {6, 3, 0}) quoted += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  return quoted + '"';
}

std::string macro(const std::string& name, Index value) { return concat("#define ", name, ' ', value, '\n'); }

}  // namespace mog::c_export
