// What `mog data verify` finds in folders that are right, wrong, and of no kind.
#include "data/verify.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

TEST_CASE("a folder of CIFAR files has a line for each fault, those of the content where there are no others") {
  const Scratch scratch;
  const fs::path folder = make_cifar(cifar_layout(Cifar::ten), scratch.path());
  for (const fs::path& dir : {folder, scratch.path()}) {
    const Verification fine = verify_dataset(dir);
    CHECK(fine.found == "cifar-10 in " + folder.string());
    REQUIRE(fine.problems.size() == 2);  // sizes and labels are right, but all pictures are black
    CHECK(contains(fine.problems[0], "data_batch_1.bin picture 0 (byte 0) on 50000 pictures in a row have one colour"));
    CHECK(contains(fine.problems[1], "test_batch.bin picture 0 (byte 0) on 10000 pictures in a row have one colour"));
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
  REQUIRE(result.problems.size() == 3);
  CHECK(contains(result.problems[0], "cifar-10: from data_batch_1.bin"));
  CHECK(contains(result.problems[2], "test.bin: label 20 at byte 0, expected 0 to 19"));
}

TEST_CASE("a folder of pictures: every unreadable one has its line") {
  const Scratch scratch;
  int grey = 0;
  for (const char* name : {"a", "b"}) {
    for (const char* picture : {"1.png", "2.png", "3.png"}) {
      write_text(scratch.path() / name / picture, grey_png(static_cast<std::uint8_t>(++grey)));
    }
  }
  const Verification fine = verify_dataset(scratch.path());
  CHECK(fine.found == concat("image folder: learning from ", scratch.path().string(),
                             ", measured on 20 % of each class of ", scratch.path().string(),
                             "; 2 classes, 6 pictures"));
  CHECK(fine.details == std::vector<std::string>{"a: 3", "b: 3"});
  CHECK(fine.problems.empty());
  CHECK(fine.notes.empty());
  write_text(scratch.path() / "a" / "2.png", "broken");
  write_text(scratch.path() / "b" / "1.png", "broken");
  fs::create_directory(scratch.path() / "c");
  const Verification broken = verify_dataset(scratch.path());
  CHECK(broken.details == std::vector<std::string>{"a: 2", "b: 2", "c: 0"});
  REQUIRE(broken.problems.size() == 3);
  CHECK(contains(broken.problems[0], "c: holds no pictures"));
  CHECK(contains(broken.problems[1], "2.png: not a PNG"));
  CHECK(contains(broken.problems[2], "1.png: not a PNG"));
  CHECK(broken.notes == std::vector<std::string>{"class a: 2 pictures, too few for one to be measured on",
                                                 "class b: 2 pictures, too few for one to be measured on"});
}

TEST_CASE("train/ and test/ are verified together") {
  const Scratch scratch;
  for (const char* name : {"train/a", "train/b", "test/a", "test/x"})
    write_text(scratch.path() / name / "1.png", grey_png(9));
  const Verification result = verify_dataset(scratch.path());
  const std::string root = scratch.path().string();
  CHECK(result.found ==
        concat("image folder: learning from ", root, "/train, measured on ", root, "/test; 2 classes, 4 pictures"));
  REQUIRE(result.problems.size() == 1);
  CHECK(contains(result.problems[0], "class x, which train/ lacks"));
}

TEST_CASE("small classes, and pictures that are there more than once, are notes") {
  const Scratch scratch;
  const auto put = [&](const char* name, int grey) {
    write_text(scratch.path() / name, grey_png(static_cast<std::uint8_t>(grey)));
    return (scratch.path() / name).string();
  };
  const std::string a1 = put("train/a/1.png", 1), a2 = put("train/a/2.png", 2), b1 = put("train/b/1.png", 3),
                    b2 = put("train/b/2.png", 2), b3 = put("train/b/3.png", 3), b4 = put("train/b/4.png", 3);
  put("train/c/1.png", 20);
  const std::string val = put("val/a/1.png", 1);
  put("val/a/2.png", 30);
  put("val/b/1.png", 31);
  const Verification result = verify_dataset(scratch.path());
  CHECK(result.problems.empty());
  CHECK(result.details == std::vector<std::string>{"a: 2 to learn from, 2 to measure on",
                                                   "b: 4 to learn from, 1 to measure on",
                                                   "c: 1 to learn from, 0 to measure on"});
  CHECK(result.notes ==
        std::vector<std::string>{"class b: a single picture to measure on", "class c: a single picture to learn from",
                                 "class c: no picture to measure on",
                                 concat("the same picture to learn from and to measure on: ", a1, ", ", val),
                                 concat("the same picture in two classes: ", a2, ", ", b2),
                                 concat("the same picture twice in a class: ", b1, ", ", b4, " (3 times in all)")});
  for (int i = 0; i < 13; ++i) put(concat("val/b/again", i, ".png").c_str(), 40 + i % 2);
  for (int i = 0; i < 13; ++i) put(concat("train/a/again", i, ".png").c_str(), 100 + i);
  for (int i = 0; i < 13; ++i) put(concat("train/b/again", i, ".png").c_str(), 100 + i);
  const Verification many = verify_dataset(scratch.path());
  CHECK(std::count(many.notes.begin(), many.notes.end(), "and 4 more of this kind") == 1);
}

TEST_CASE("pictures in a layout that is not understood are refused with what would do") {
  const Scratch scratch;
  write_text(scratch.path() / "1.png", grey_png(9));
  const Verification result = verify_dataset(scratch.path());
  CHECK(result.found == "pictures, in a layout that is not understood");
  CHECK(contains(result.problems.at(0), "holds 1 picture but no sub-folders"));
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
