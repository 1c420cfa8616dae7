// What a terminal may be shown of any bytes.
#include "core/printable.hpp"

#include <doctest/doctest.h>

using mog::printable;

TEST_CASE("letters of any language stay as they are") {
  for (const std::string text : {"", "a cat's name",
                                 "Stra\xC3\x9F"
                                 "e",
                                 "\xE7\x8C\xAB", "\xF0\x9F\x90\x88", "a\\b"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("what moves a cursor, ends a line or turns the direction of writing is shown as its bytes") {
  CHECK(printable("cat\x1B]0;title\x07\x7F") == "cat\\x1b]0;title\\x07\\x7f");
  CHECK(printable("cat 99 %\ndog\r\t") == "cat 99 %\\x0adog\\x0d\\x09");
  CHECK(printable(std::string("\0", 1)) == "\\x00");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\xc2\\x9b31m");                      // CSI as one character of C1
  CHECK(printable("\xE2\x80\xAEgpj") == "\\xe2\\x80\\xaegpj");     // right-to-left override
  CHECK(printable("\xE2\x81\xA6") == "\\xe2\\x81\\xa6");           // an isolate
  CHECK(printable("\xE2\x80\xA8") == "\\xe2\\x80\\xa8");           // line separator
  CHECK(printable("\xEF\xBF\xBE") == "\\xef\\xbf\\xbe");           // U+FFFE
  CHECK(printable("\xF0\x9F\xBF\xBF") == "\\xf0\\x9f\\xbf\\xbf");  // U+1FFFF
}

TEST_CASE("what is no UTF-8 is shown as its bytes, and ends before the next good character") {
  CHECK(printable("\xFF"
                  "a") ==
        "\\xff"
        "a");
  CHECK(printable("\xC3"
                  "a") ==
        "\\xc3"
        "a");  // cut off
  CHECK(printable("a\xE7\x8C") == "a\\xe7\\x8c");
  CHECK(printable("\xC0\x8A") == "\\xc0\\x8a");           // a line feed in two bytes
  CHECK(printable("\xE0\x80\x9B") == "\\xe0\\x80\\x9b");  // an escape in three
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(printable("\x80\xF8") == "\\x80\\xf8");
}
