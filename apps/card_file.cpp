// Lines of `key: value`, written and read.
#include "apps/card_file.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace mog::apps {
namespace {

constexpr std::string_view kFence = "---", kColon = ": ";

}  // namespace

std::string Card::get(const std::string& key) const {
  for (const auto& [name, value] : lines_) {
    if (name == key) return value;
  }
  return {};
}

std::string card_text(const Card& card) {
  std::string text = concat(kFence, "\n");
  for (const auto& [key, value] : card.lines()) {
    require(!value.empty() && value.find('\n') == std::string::npos, "card: ", key, " is empty or has a line break");
    text += concat(key, kColon, value, "\n");
  }
  return text + concat(kFence, "\n");
}

Card read_card(const std::filesystem::path& file) {
  constexpr Index kLargest = 1 << 20;
  const std::vector<std::byte> bytes = read_bytes(file, kLargest);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto fail = [&](std::size_t line, std::string_view expected) {
    throw DataError(concat(file.string(), ": line ", line + 1, ": expected ", expected));
  };
  const auto lines = split<std::string_view>(text, '\n');
  if (lines[0] != kFence) fail(0, "--- and lines of key: value, as mog card writes");
  Card card;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i] == kFence) return card;
    const std::size_t colon = lines[i].find(kColon);
    if (colon == 0 || colon == std::string_view::npos) fail(i, "key: value, or --- behind the last one");
    card.set(std::string(lines[i].substr(0, colon)), std::string(lines[i].substr(colon + kColon.size())));
  }
  fail(lines.size() - 1, "--- behind the last key: value");
  return card;
}

}  // namespace mog::apps
