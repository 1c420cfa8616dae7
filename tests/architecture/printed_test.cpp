// What the program prints has gone through the one filter for names from outside, or is JSON in ASCII.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fs = std::filesystem;

namespace {

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("every text that printf is given went through printable() or json_text()") {
  std::size_t statements = 0;
  for (const char* room : {"apps", "train", "reproduce"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(MOG_SOURCE_DIR) / room)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      for (std::size_t at = text.find("printf("); at != std::string::npos; at = text.find("printf(", at + 1)) {
        const std::string statement = text.substr(at, text.find(";\n", at) - at);
        if (text[at - 1] == 'n') continue;  // snprintf prints nothing
        ++statements;
        INFO(entry.path().string(), ": ", statement);
        CHECK(count(statement, ".c_str()") == count(statement, "printable(") + count(statement, "json_text("));
      }
    }
  }
  CHECK(statements > 50);
}
