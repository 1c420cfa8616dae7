// Configurations, line by line.
#include "apps/config_file.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/types.hpp"

namespace mog::apps {
namespace {

constexpr std::string_view kSection = "train";
constexpr std::size_t kLargest = 1 << 16;  // bytes of a file

/// Reads one file; every complaint names its line.
class Reader {
 public:
  std::vector<CLI::ConfigItem> read(std::istream& input) {
    std::string bytes(kLargest + 1, '\0');
    input.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(input.gcount()));
    if (bytes.size() > kLargest) {
      throw CLI::ConfigError(concat("more than ", kLargest, " bytes: no configuration"), CLI::ExitCodes::ConfigError);
    }
    std::istringstream text_of_file(bytes);
    for (std::string line; std::getline(text_of_file, line);) {
      ++number_;
      std::string_view text = line;
      if (number_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte-order mark
      read_line(trimmed(text));
    }
    return std::move(items_);
  }

 private:
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw CLI::ConfigError(concat("line ", number_, ": ", parts...), CLI::ExitCodes::ConfigError);
  }

  void read_line(std::string_view line) {
    if (line.empty() || line.front() == '#' || line.front() == ';') return;
    if (line.front() == '[') return enter(line);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) fail("expected KEY = VALUE or [", kSection, "], not ", line);
    const std::string key(trimmed(line.substr(0, equals)));
    if (!in_section_) fail(key, ": expected a line [", kSection, "] before the first key");
    if (!seen_.insert(key).second) fail(key, ": a second time");
    CLI::ConfigItem item;
    item.parents = {std::string(kSection)};
    item.name = key;
    item.inputs = values(trimmed(line.substr(equals + 1)));
    if (key != "out") items_.push_back(std::move(item));
  }

  void enter(std::string_view line) {
    if (trimmed(line.substr(0, line.find_first_of("#;"))) != concat('[', kSection, ']')) {
      fail(line, ": expected [", kSection, "]");
    }
    if (in_section_) fail(line, ": a second time");
    in_section_ = true;
  }

  /// One value in quotes, or a list of words; a comment may follow.
  [[nodiscard]] std::vector<std::string> values(std::string_view text) const {
    if (text.starts_with('"')) return {quoted(text)};
    text = trimmed(text.substr(0, text.find_first_of("#;")));
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    std::vector<std::string> words;
    for (const std::string_view word : split<std::string_view>(text, ',')) words.emplace_back(trimmed(word));
    if (std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.empty(); })) {
      fail("a value is missing");
    }
    return words;
  }

  [[nodiscard]] std::string quoted(std::string_view text) const {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') {
        const std::string_view rest = trimmed(text.substr(i + 1));
        if (!rest.empty() && rest.front() != '#' && rest.front() != ';') fail("after the closing quote: ", rest);
        return value;
      }
      if (text[i] == '\\' && i + 1 < text.size()) {
        ++i;
        value += text[i] == 'n' ? '\n' : text[i];
      } else {
        value += text[i];
      }
    }
    fail("a closing quote is missing");
  }

  std::vector<CLI::ConfigItem> items_;
  std::set<std::string> seen_;
  Index number_ = 0;
  bool in_section_ = false;
};

/// A word as it is where nothing in it could be taken for something else, in quotes otherwise.
std::string written(const std::string& value) {
  const auto plain = [](unsigned char letter) {
    return std::isalnum(letter) != 0 ||
           std::string_view("_-./+:").find(static_cast<char>(letter)) != std::string_view::npos;
  };
  if (std::all_of(value.begin(), value.end(), plain)) return value;
  std::string text = "\"";
  for (const char letter : value) {
    if (letter == '"' || letter == '\\') text += '\\';
    text += letter == '\n' ? std::string("\\n") : std::string(1, letter);
  }
  return text + '"';
}

}  // namespace

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const { return Reader().read(input); }

std::string ConfigFile::to_config(const CLI::App* app, bool /*defaults*/, bool /*description*/,
                                  std::string /*prefix*/) const {
  return configuration_text(*app);
}

std::string configuration_text(const CLI::App& command) {
  std::string text = concat('[', kSection, "]\n");
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_configurable() || option->get_lnames().empty()) continue;
    std::vector<std::string> values = option->results();
    if (values.empty() && !option->get_default_str().empty()) values = {option->get_default_str()};
    if (values.empty()) continue;
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ",") + written(value);
    text += concat(option->get_lnames().front(), " = ", list, '\n');
  }
  return text;
}

}  // namespace mog::apps
