// Lines come off a text one by one, with what follows the last line's end left in it.
#include "core/lines.hpp"

#include <doctest/doctest.h>

using namespace mog;

TEST_CASE("every line comes, empty ones too, and what no line end follows stays") {
  std::string_view text = "one\n\ntwo\r\nrest";
  CHECK(take_line(text) == "one");
  CHECK(take_line(text) == "");
  CHECK(take_line(text) == "two\r");
  CHECK(take_line(text) == std::nullopt);
  CHECK(text == "rest");
  text = {};
  CHECK(take_line(text) == std::nullopt);
}
