// Walks a PNG's chunks (ISO/IEC 15948, section 5.3): a length, four letters, the content, a check sum.
#include "data/png_check.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.hpp"

namespace mog {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::size_t kAround = 12;  // length, letters and check sum of a chunk

std::size_t big_endian(std::span<const std::uint8_t, 4> bytes) {
  std::size_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

}  // namespace

std::string png_problem(std::span<const std::uint8_t> file) {
  if (file.size() < kSignature.size() || !std::equal(kSignature.begin(), kSignature.end(), file.begin())) return {};
  for (std::size_t at = kSignature.size(); at < file.size();) {
    const std::size_t left = file.size() - at;
    if (left < kAround) break;
    const std::size_t length = big_endian(file.subspan(at).first<4>());
    const std::string_view letters(reinterpret_cast<const char*>(file.data()) + at + 4, 4);
    if (letters == "acTL") return "an animation, expected one picture";
    if (length > left - kAround) {
      return concat("the chunk at byte ", at, " has ", length, " bytes, the file only ", left - kAround, " more");
    }
    if (letters == "IEND") return {};
    at += kAround + length;
  }
  return concat("the file ends at byte ", file.size(), " without the end of the picture");
}

}  // namespace mog
