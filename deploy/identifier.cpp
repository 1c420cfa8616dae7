// Points and dashes become underscores.
#include "deploy/identifier.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"

namespace mog {

bool is_identifier(const std::string& text) {
  const auto good = [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); };
  return !text.empty() && std::all_of(text.begin(), text.end(), good) &&
         std::isdigit(static_cast<unsigned char>(text[0])) == 0;
}

std::string identifier_of(const std::string& layer, const char* exporter) {
  std::string name = layer;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  require(is_identifier(name), exporter, ": a layer is named '", layer,
          "', expected a letter, then letters, digits, '_', '-' and '.'");
  return name;
}

}  // namespace mog
