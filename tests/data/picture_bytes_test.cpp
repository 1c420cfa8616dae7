// Numbers out of a file, its end, and large pictures that wait for each other.
#include "data/picture_bytes.hpp"

#include <atomic>
#include <thread>

#include "data/image.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

TEST_CASE("numbers are read in both byte orders, and the file's end is told") {
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
  const PictureBytes file(bytes, "made", "BMP");
  CHECK(file.big(0, 4) == 0x01020304);
  CHECK(file.little(0, 4) == 0x04030201);
  CHECK(file.little(1, 2) == 0x0302);
  CHECK(file.part(4, 0).empty());
  CHECK(message_of<DataError>([&] { static_cast<void>(file.big(2, 4)); }) ==
        "made: broken BMP at byte 4: the file ends, expected 4 bytes at byte 2; get the file anew, or leave it out");
  CHECK_THROWS_AS(static_cast<void>(file.byte(SIZE_MAX)), DataError);
}

TEST_CASE("one large picture at a time: others wait, small ones and the same thread do not") {
  constexpr Index kSide = 8192;
  std::atomic<bool> large_done = false;
  std::thread other;
  {
    PictureBytes first({}, "first", "PNG");
    first.measure(kSide, kSide);
    PictureBytes again({}, "within the first", "PNG");
    again.measure(kSide, kSide);
    std::atomic<bool> small_done = false;
    other = std::thread([&] {
      PictureBytes small({}, "small", "PNG");
      small.measure(kSide / 2, kSide / 2);
      small_done = true;
      PictureBytes second({}, "second", "PNG");
      second.measure(kSide, kSide);
      large_done = true;
    });
    while (!small_done) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(!large_done);
  }
  other.join();
  CHECK(large_done);
}
