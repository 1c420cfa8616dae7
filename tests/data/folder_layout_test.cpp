// The layouts that people keep pictures in: recognised, or refused with the nearest one that would do.
#include "data/folder_layout.hpp"

#include "core/error.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

void put(const fs::path& root, std::initializer_list<const char*> files) {
  for (const char* file : files) write_text(root / file, grey_png(9));
}

/// The layout of a folder with these files, by names within it.
std::string layout_of(std::initializer_list<const char*> files) {
  const Scratch scratch;
  put(scratch.path(), files);
  const FolderLayout layout = find_layout(scratch.path());
  const auto name = [&](const fs::path& path) {
    return path.empty() ? "none" : path.lexically_relative(scratch.path()).string();
  };
  std::string text = concat(name(layout.train), " and ", name(layout.test));
  for (const fs::path& one : layout.passed_over) text += concat(" without ", name(one));
  return text;
}

/// Why a folder with these files is refused; DIR stands for the folder.
std::string refusal(std::initializer_list<const char*> files) {
  const Scratch scratch;
  const fs::path root = scratch.path() / "pictures";  // with nothing of others beside it
  put(root, files);
  std::string text = message_of<DataError>([&] { find_layout(root); });
  const std::string dir = root.string();
  for (std::size_t at = text.find(dir); at != std::string::npos; at = text.find(dir))
    text.replace(at, dir.size(), "DIR");
  return text;
}

}  // namespace

TEST_CASE("parts are found by the names that people give them, in any case") {
  CHECK(layout_of({"train/a/1.png", "train/b/1.png", "test/a/1.png"}) == "train and test");
  CHECK(layout_of({"train/a/1.png", "val/a/1.png"}) == "train and val");
  CHECK(layout_of({"Train/a/1.png", "Test/a/1.png"}) == "Train and Test");
  CHECK(layout_of({"TRAIN/a/1.png", "Validation/a/1.png"}) == "TRAIN and Validation");
  CHECK(layout_of({"training_set/a/1.png", "test-set/a/1.png"}) == "training_set and test-set");
  CHECK(layout_of({"Training Data/a/1.png", "valid/a/1.png"}) == "Training Data and valid");
  CHECK(layout_of({"train/a/1.png", "train/b/1.png"}) == "train and none");
  CHECK(layout_of({"test/a/1.png", "test/b/1.png"}) == "none and test");
  CHECK(layout_of({"a/1.png", "b/1.png"}) == ". and none");
}

TEST_CASE("of test/ and val/ the first is measured on; what is passed over is named") {
  CHECK(layout_of({"train/a/1.png", "test/a/1.png", "val/a/1.png"}) == "train and test without val");
  CHECK(layout_of({"train/a/1.png", "val/a/1.png", "notes/1.txt", "cover.png", "train/lost.jpg"}) ==
        "train and val without notes without cover.png without train/lost.jpg");
  CHECK(passed_over({.train = "t", .test = {}, .passed_over = {"a", "b", "c", "d", "e", "f"}}) ==
        "; passed over: a, b, c, d and 2 more");
}

TEST_CASE("what systems leave beside folders is no class and no part") {
  CHECK(layout_of({"a/1.png", "b/1.png", "__MACOSX/a/._1.png", ".git/x", "Thumbs.db", "$RECYCLE.BIN/x"}) ==
        ". and none");
  CHECK(layout_of({"photos/a/1.png", "photos/b/1.png", "__MACOSX/photos/x", "desktop.ini"}) == "photos and none");
}

TEST_CASE("a folder that holds nothing but the right one is seen through") {
  CHECK(layout_of({"photos/a/1.png", "photos/b/1.png"}) == "photos and none");
  CHECK(layout_of({"archive/photos/train/a/1.png", "archive/photos/val/a/1.png"}) ==
        "archive/photos/train and archive/photos/val");
  CHECK(layout_of({"training_set/training_set/a/1.png", "test_set/test_set/a/1.png"}) ==
        "training_set/training_set and test_set/test_set");
}

TEST_CASE("a class may be called train") {
  CHECK(layout_of({"bus/1.png", "car/1.png", "train/1.png"}) == ". and none");
}

TEST_CASE("what is no layout is told what it lacks, and the nearest that would do") {
  CHECK(refusal({"train/1.png", "train/2.png", "test/3.png"}) ==
        "image folder: DIR/train: holds 2 pictures but no sub-folders, expected one for each class: sort them into "
        "DIR/train/CLASS");
  CHECK(refusal({"train/a/1.png", "train/b/1.png", "test/1.png"}) ==
        "image folder: DIR/test: holds 1 picture but no sub-folders, expected one for each class: sort them into "
        "DIR/test/CLASS; or give DIR/train alone");
  CHECK(
      refusal({"1.png", "2.JPG"}) ==
      "image folder: DIR: holds 2 pictures but no sub-folders, expected one for each class: sort them into DIR/CLASS");
  CHECK(refusal({"Train/a/1.png", "train/a/1.png", "test/a/1.png"}) ==
        "image folder: DIR: holds both Train/ and train/, expected one of them: take one out, or rename it");
  CHECK(refusal({"train/a/1.png", "val/a/1.png", "validation/a/1.png"}) ==
        "image folder: DIR: holds both val/ and validation/, expected one of them: take one out, or rename it");
  CHECK(refusal({"animals/a/1.png", "plants/b/1.png"}) ==
        "image folder: DIR: no pictures in its sub-folders, but folders; give the one that is meant: DIR/animals");
  CHECK(refusal({"notes.txt"}) == "image folder: DIR: 0 sub-folders, expected 2 or more, one for each class");
  CHECK(contains(message_of<DataError>([] { require_training({.train = {}, .test = "pics/Test", .passed_over = {}}); }),
                 "image folder: pics: holds Test/ but no train/: put the folders to learn from into pics/train"));
}

TEST_CASE("a folder one too low, one of the classes, leads to the one around it") {
  const Scratch scratch;
  put(scratch.path(), {"a/1.png", "b/1.png"});
  CHECK(contains(message_of<DataError>([&] { find_layout(scratch.path() / "a"); }),
                 concat("a/CLASS; or, if these are one class, give ", scratch.path().string())));
}

TEST_CASE("CIFAR in any form, given as a folder of pictures, is named with what reads it or gets it") {
  const Scratch scratch;
  make_cifar(cifar_layout(Cifar::ten), scratch.path());
  for (const fs::path& path : {scratch.path(), scratch.path() / "cifar-10-batches-bin"}) {
    CHECK(contains(message_of<DataError>([&] { find_layout(path); }),
                   "holds cifar-10, expected one sub-folder of pictures for each class; --dataset cifar10 reads it"));
  }
  const Scratch python;
  write_text(python.path() / "cifar-100-python" / "train", "\x80\x02");
  CHECK(
      contains(message_of<DataError>([&] { find_layout(python.path()); }),
               concat("holds the Python version of CIFAR-100, expected one sub-folder of pictures for each class; to ",
                      "get the binary version of CIFAR-100: mog data fetch cifar100 ", python.path().string())));
  // An archive beside the pictures that somebody made of it is no hindrance.
  put(python.path(), {"train/a/1.png", "train/b/1.png", "test/a/1.png"});
  write_text(python.path() / "cifar-100-python.tar.gz", "\x1F\x8B");
  CHECK(find_layout(python.path()).train == python.path() / "train");
}
