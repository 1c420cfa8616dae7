// Files as the readers of data sets open them: what is missing, barred or too short is told by name, reason and byte.
#include "data/file.hpp"

#include <sys/stat.h>

#include "core/error.hpp"
#include "tests/data/scratch.hpp"
#include "tests/support/unprivileged.hpp"

using namespace mog;
using namespace mog::test;

TEST_CASE("what is no file, or may not be reached or read, is refused with the reason") {
  const Scratch scratch;
  const fs::path inner = scratch.path() / "inner", file = inner / "a";
  write_text(file, "12345");
  const auto refusal = [](const fs::path& path) { return message_of<IoError>([&] { InputFile("test", path); }); };
  CHECK(refusal(inner / "b") == concat("test: ", (inner / "b").string(), ": no such file"));
  CHECK(refusal(inner) == concat("test: ", inner.string(), ": not a file"));
  REQUIRE(chmod(scratch.path().c_str(), 0755) == 0);
  REQUIRE(chmod(inner.c_str(), 0755) == 0);
  REQUIRE(chmod(file.c_str(), 0) == 0);
  {
    const Unprivileged unprivileged;
    CHECK(refusal(file) == concat("test: ", file.string(), ": cannot be opened: Permission denied"));
  }
  REQUIRE(chmod(inner.c_str(), 0) == 0);
  {
    const Unprivileged unprivileged;
    CHECK(refusal(file) == concat("test: ", file.string(), ": Permission denied"));
  }
  REQUIRE(chmod(inner.c_str(), 0755) == 0);
}

TEST_CASE("a file that ends before what is asked of it says at which byte, a larger one than asked how large it is") {
  const Scratch scratch;
  const fs::path path = scratch.path() / "a";
  write_text(path, "12345");
  InputFile file("test", path);
  std::uint8_t bytes[3];
  file.read(bytes);
  CHECK(message_of<DataError>([&] { file.read(bytes); }) ==
        concat("test: ", path.string(), ": ends at byte 5, expected 1 more"));
  CHECK(message_of<DataError>([&] { read_file("test", path, 4); }) ==
        concat("test: ", path.string(), ": 5 bytes, expected at most 4"));
}
