// What `mog data verify` finds in folders that are right, wrong, and of no kind.
#include "data/verify.hpp"

#include "core/error.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

TEST_CASE("a folder of CIFAR files without faults has no problems, one with faults has a line for each") {
  const Scratch scratch;
  const fs::path folder = make_cifar(cifar_layout(Cifar::ten), scratch.path());
  for (const fs::path& dir : {folder, scratch.path()}) {
    const Verification fine = verify_dataset(dir);
    CHECK(fine.found == "cifar-10 in " + folder.string());
    CHECK(fine.problems.empty());
  }
  fs::remove(folder / "data_batch_1.bin");
  fs::resize_file(folder / "data_batch_2.bin", 5);
  poke(folder / "data_batch_5.bin", 3073, 255);
  write_text(folder / "batches.meta.txt", "cat\n");
  const Verification broken = verify_dataset(scratch.path());
  REQUIRE(broken.problems.size() == 4);
  CHECK(contains(broken.problems[0], "data_batch_1.bin: no such file"));
  CHECK(contains(broken.problems[1], "data_batch_2.bin: 5 bytes, expected 30730000"));
  CHECK(contains(broken.problems[2], "data_batch_5.bin: label 255 at byte 3073, expected 0 to 9"));
  CHECK(contains(broken.problems[3], "batches.meta.txt: 1 class names, expected 10"));
}

TEST_CASE("a folder that holds both sets is checked for both") {
  const Scratch scratch;
  make_cifar(cifar_layout(Cifar::ten), scratch.path());
  const fs::path hundred = make_cifar(cifar_layout(Cifar::hundred), scratch.path());
  poke(hundred / "test.bin", 0, 20);
  const Verification result = verify_dataset(scratch.path());
  CHECK(contains(result.found, "cifar-10 in "));
  CHECK(contains(result.found, "; cifar-100 in "));
  REQUIRE(result.problems.size() == 1);
  CHECK(contains(result.problems[0], "test.bin: label 20 at byte 0, expected 0 to 19"));
}

TEST_CASE("a folder of pictures: every unreadable one has its line") {
  const Scratch scratch;
  for (const char* name : {"a", "b"}) {
    for (const char* picture : {"1.png", "2.png"}) write_text(scratch.path() / name / picture, grey_png(9));
  }
  const Verification fine = verify_dataset(scratch.path());
  CHECK(fine.found == "image folder: 2 classes, 4 files");
  CHECK(fine.problems.empty());
  write_text(scratch.path() / "a" / "2.png", "broken");
  write_text(scratch.path() / "b" / "1.png", "broken");
  fs::create_directory(scratch.path() / "c");
  const Verification broken = verify_dataset(scratch.path());
  REQUIRE(broken.problems.size() == 3);
  CHECK(contains(broken.problems[0], "c: holds no pictures"));
  CHECK(contains(broken.problems[1], "2.png: not a PNG"));
  CHECK(contains(broken.problems[2], "1.png: not a PNG"));
}

TEST_CASE("train/ and test/ are verified together") {
  const Scratch scratch;
  for (const char* name : {"train/a", "train/b", "test/a", "test/x"})
    write_text(scratch.path() / name / "1.png", grey_png(9));
  const Verification result = verify_dataset(scratch.path());
  CHECK(result.found == "image folder: train/ with 2 classes, 2 files; test/ with 2 classes, 2 files");
  REQUIRE(result.problems.size() == 1);
  CHECK(contains(result.problems[0], "class x, which train/ lacks"));
}

TEST_CASE("what is of no known kind, or not there, says so") {
  const Scratch scratch;
  write_text(scratch.path() / "papers" / "thesis.pdf", "text");
  const Verification other = verify_dataset(scratch.path());
  CHECK(other.found == "nothing that is known");
  REQUIRE(other.problems.size() == 1);
  CHECK(contains(other.problems[0], "neither CIFAR-10"));
  CHECK(contains(verify_dataset(scratch.path() / "none").problems.at(0), "none: no such folder"));
}
