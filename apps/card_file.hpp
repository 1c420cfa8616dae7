// A network's card: what is known about a packed file, as lines that a program reads and a page that a person reads.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace mog::apps {

/// The lines between the two `---` at the beginning of the page, in their order; docs/run-files.md lists the keys.
class Card {
 public:
  void set(const std::string& key, std::string value) { lines_.emplace_back(key, std::move(value)); }
  /// Empty when there is no line of this key.
  [[nodiscard]] std::string get(const std::string& key) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& lines() const { return lines_; }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

/// The lines as text, `---` before and after them. Throws std::invalid_argument when a value is not one line.
std::string card_text(const Card& card);
/// Reads them back; what follows is for people. Throws IoError, DataError with the line's number.
Card read_card(const std::filesystem::path& file);

/// Where the card of a packed file lies: beside it, .md in place of .mog.
inline std::filesystem::path card_of(std::filesystem::path network) { return network.replace_extension(".md"); }

}  // namespace mog::apps
