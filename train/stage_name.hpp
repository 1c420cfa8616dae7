// What a run of a recipe is called, in files and to people.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "layers/pass.hpp"

namespace mog {

/// After what is quantized in it, unless the recipe gives it a name of its own.
inline std::string stage_name(Stage stage, const std::string& own_name) {
  return own_name.empty() ? std::string(name(stage)) : own_name;
}

/// Whether a run may be called so: letters, digits and -, at most 40 of them. It becomes a file's name and a word in
/// tables.
inline bool is_stage_name(std::string_view name) {
  constexpr std::size_t kLongest = 40;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace mog
