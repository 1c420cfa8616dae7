// Messages, and the texts that files are made of: the same in every locale.
#include "core/error.hpp"

#include <doctest/doctest.h>

#include <locale>

namespace {

/// How some countries write numbers: 1.234,5.
struct Grouping : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("numbers are written as in C, whatever locale the host program has set") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouping));
  CHECK(mog::concat("a", 1234567, ' ', 0.5, ' ', 1024U) == "a1234567 0.5 1024");
  std::locale::global(before);
}
