// Splits C into words and what stands between them; finds the words that a declaration declares.
#include "deploy/c_export/names.hpp"

#include <algorithm>
#include <cctype>

namespace mog::c_export {
namespace {

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_capital(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

struct Token {
  enum Kind { word, literal, comment, mark } kind;
  std::string_view text;
};

/// Up to and with the next `end`, or all of it.
std::string_view through(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t at = text.find(end, from);
  return at == std::string_view::npos ? text : text.substr(0, at + end.size());
}

/// The first token of a text that is not empty; numbers are marks.
Token first_token(std::string_view text) {
  if (text.starts_with("/*")) return {Token::comment, through(text, "*/", 2)};
  if (text[0] == '"') return {Token::literal, through(text, "\"", 1)};  // the exporter writes no \" within
  if (!is_letter(text[0])) return {Token::mark, text.substr(0, 1)};
  const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
  const auto size = static_cast<std::size_t>(end - text.begin());
  return {is_digit(text[0]) ? Token::mark : Token::word, text.substr(0, size)};
}

/// Reads token after token, and knows where a declaration begins and ends.
class Declarations {
 public:
  void add(const Token& token) {
    if (token.kind == Token::comment || token.kind == Token::literal) return;
    if (token.text == "#") directive_ = true;
    if (directive_) return add_to_directive(token);
    if (token.kind == Token::word) {
      if (depth_ == 1 && enumeration_) names_.emplace(token.text);
      if (depth_ == 0) last_ = token.text;
      return;
    }
    const char mark = token.text[0];
    if (depth_ == 0) add_to_declaration(mark);
    if (mark == '(' || mark == '[' || mark == '{') ++depth_;
    if (mark == ')' || mark == ']' || mark == '}') --depth_;
    if (depth_ == 0 && (mark == ';' || mark == '}')) start();
  }

  [[nodiscard]] const std::set<std::string>& names() const { return names_; }

 private:
  /// #define NAME ...
  void add_to_directive(const Token& token) {
    if (token.text == "\n") {
      directive_ = false;
      start();
    } else if (token.kind == Token::word) {
      if (last_ == "define") names_.emplace(token.text);
      last_ = token.text;
    }
  }
  /// The name stands before the first of these.
  void add_to_declaration(char mark) {
    enumeration_ = mark == '{' && last_ == "enum";
    if (declared_ || last_.empty() || (mark != '(' && mark != '[' && mark != '=' && mark != ';')) return;
    names_.emplace(last_);
    declared_ = true;
  }
  void start() {
    last_ = {};
    declared_ = enumeration_ = false;
  }

  std::set<std::string> names_;
  std::string_view last_;  // word of the declaration
  int depth_ = 0;          // of brackets
  bool declared_ = false, enumeration_ = false, directive_ = false;
};

}  // namespace

std::set<std::string> defined_names(std::string_view text) {
  Declarations declarations;
  while (!text.empty()) {
    const Token token = first_token(text);
    declarations.add(token);
    text.remove_prefix(token.text.size());
  }
  return declarations.names();
}

std::string with_prefix(std::string_view text, const std::string& prefix, const std::set<std::string>& names) {
  std::string capitals = prefix, result;
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  const auto word = [&](std::string_view name) {
    const bool ours = name.starts_with("mog_") || name.starts_with("MOG_");
    if (ours || names.contains(std::string(name))) result += is_capital(name[0]) ? capitals : prefix;
    result += name.substr(ours ? 4 : 0);
  };
  while (!text.empty()) {
    const Token token = first_token(text);
    text.remove_prefix(token.text.size());
    if (token.kind == Token::word) {
      word(token.text);
    } else if (token.kind == Token::comment) {  // prose, but for the names that it tells of
      result += '/' + with_prefix(token.text.substr(1), prefix, {});
    } else {
      result += token.text;
    }
  }
  return result;
}

}  // namespace mog::c_export
