// UTF-8, decoded strictly (RFC 3629): the shortest form only, no surrogates, nothing beyond U+10FFFF.
#include "core/printable.hpp"

#include <algorithm>
#include <cstdint>

namespace mog {
namespace {

struct Character {
  std::uint32_t code;
  std::size_t bytes;  // 0: no UTF-8
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC0 || lead >= 0xF8 || text.size() < bytes) return {0, 0};
  std::uint32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {0, 0};
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[bytes] || code > 0x10FFFF || surrogate) return {0, 0};
  return {code, bytes};
}

bool is_shown(std::uint32_t code) {
  struct Span {
    std::uint32_t first, last;
  };
  constexpr Span kHidden[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C},   // controls; a mark of direction
                              {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},   // marks, separators, overrides
                              {0xFDD0, 0xFDEF}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};  // no characters; invisible ones
  if ((code & 0xFFFEU) == 0xFFFE) return false;
  return std::none_of(std::begin(kHidden), std::end(kHidden),
                      [code](const Span& span) { return code >= span.first && code <= span.last; });
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    const std::size_t taken = bytes == 0 ? 1 : bytes;
    if (bytes != 0 && is_shown(code)) {
      shown += text.substr(0, taken);
    } else {
      for (const char c : text.substr(0, taken)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15U]};
      }
    }
    text.remove_prefix(taken);
  }
  return shown;
}

}  // namespace mog
