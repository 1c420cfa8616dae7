// Sizes of pictures as people write them.
#include "data/picture_size.hpp"

#include <doctest/doctest.h>

using mog::parse_picture_size;
using mog::PictureSize;

TEST_CASE("one number is a square, two are height and width, and a size reads back as itself") {
  CHECK(parse_picture_size("48") == PictureSize{.height = 48, .width = 48});
  CHECK(parse_picture_size("48x64") == PictureSize{.height = 48, .width = 64});
  CHECK(parse_picture_size("1x4096") == PictureSize{.height = 1, .width = 4096});
  CHECK(text_of(PictureSize{.height = 48, .width = 64}) == "48x64");
  CHECK(parse_picture_size(text_of(PictureSize())) == PictureSize());
}

TEST_CASE("whatever else is no size") {
  for (const char* text :
       {"", "x", "48x", "x48", "0", "48x0", "4097", "-8", "48x64x3", "48 x 64", "4.5", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_picture_size(text).has_value());
  }
}
