// A file's MD5 is that of its bytes.
#include "data/md5_file.hpp"

#include "core/error.hpp"
#include "core/md5.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;

TEST_CASE("a file's MD5 is that of its bytes, and a missing file is an error that names it") {
  const test::Scratch scratch;
  const std::string text(3'000'000, 'x');
  test::write_text(scratch.path() / "file", text);
  CHECK(md5_of_file(scratch.path() / "file") == md5_of(text));
  const std::string message = test::message_of<IoError>([&] { md5_of_file(scratch.path() / "none"); });
  CHECK(test::contains(message, "none: no such file"));
}
