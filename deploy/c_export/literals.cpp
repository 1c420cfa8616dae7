// What C takes as a name, and how it writes any bytes.
#include "deploy/c_export/literals.hpp"

#include "deploy/identifier.hpp"

namespace mog::c_export {

std::string c_name(const std::string& layer) { return identifier_of(layer, "export_c"); }

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
