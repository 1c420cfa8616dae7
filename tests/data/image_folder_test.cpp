// Folders of pictures by class: labels, splits, and what is refused.
#include "data/image_folder.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/digest.hpp"
#include "data/folder_check.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"
#include "tests/support/unprivileged.hpp"

using namespace mog;
using namespace mog::test;

namespace {

/// `count` pictures of one grey each, first, first + 1, ...: the grey tells which picture it is.
void put_pictures(const fs::path& dir, int count, int first) {
  for (int i = 0; i < count; ++i) {
    write_text(dir / concat("picture", i, ".png"), grey_png(static_cast<std::uint8_t>(first + i)));
  }
}

std::set<int> greys(const Dataset& data, int label) {
  std::set<int> found;
  for (Index i = 0; i < data.size(); ++i) {
    if (data.labels[static_cast<std::size_t>(i)] == label) found.insert(data.image(i)[0]);
  }
  return found;
}

}  // namespace

TEST_CASE(
    "each sub-folder is a class, in the order of their names; hidden files and files beside them are passed over") {
  const Scratch scratch;
  put_pictures(scratch.path() / "zebra", 2, 10);
  put_pictures(scratch.path() / "ant", 3, 20);
  write_text(scratch.path() / "ant" / ".thumbnail", "no picture");
  write_text(scratch.path() / ".git" / "config", "no picture");
  write_text(scratch.path() / "readme.txt", "no picture");
  const Dataset data = load_image_folder(scratch.path(), {.size = {4, 4}});
  CHECK(data.class_names == std::vector<std::string>{"ant", "zebra"});
  CHECK(data.labels == std::vector<std::int32_t>{0, 0, 0, 1, 1});
  CHECK(data.height == 4);
  CHECK(data.image_bytes() == 48);
  CHECK(greys(data, 0) == std::set<int>{20, 21, 22});
  CHECK(greys(data, 1) == std::set<int>{10, 11});
  data.check();
}

TEST_CASE("train/ and test/ are used as they are, test's classes by their names") {
  const Scratch scratch;
  put_pictures(scratch.path() / "train" / "a", 2, 10);
  put_pictures(scratch.path() / "train" / "b", 2, 20);
  put_pictures(scratch.path() / "train" / "c", 2, 30);
  put_pictures(scratch.path() / "test" / "b", 1, 40);
  put_pictures(scratch.path() / "test" / "c", 1, 50);
  const DatasetPair pair = load_image_folder_pair(scratch.path());
  CHECK(pair.train.size() == 6);
  CHECK(pair.test.labels == std::vector<std::int32_t>{1, 2});
  CHECK(pair.test.class_names == pair.train.class_names);
  put_pictures(scratch.path() / "test" / "d", 1, 60);
  CHECK(
      contains(message_of<DataError>([&] { load_image_folder_pair(scratch.path()); }), "class d, which train/ lacks"));
}

TEST_CASE("without train/ and test/ a share of each class is kept for measuring, the same for the same seed") {
  const Scratch scratch;
  put_pictures(scratch.path() / "a", 20, 0);
  put_pictures(scratch.path() / "b", 10, 100);
  const ImageFolderOptions options{.size = {1, 1}, .test_share = 0.3, .seed = 5};
  const int before = threads();
  set_threads(1);
  const DatasetPair pair = load_image_folder_pair(scratch.path(), options);
  set_threads(3);
  const DatasetPair again = load_image_folder_pair(scratch.path(), options);
  set_threads(before);
  CHECK(pair.test.pixels == again.test.pixels);
  CHECK(pair.train.pixels == again.train.pixels);
  CHECK(greys(pair.test, 0).size() == 6);
  CHECK(greys(pair.test, 1).size() == 3);
  std::set<int> all = greys(pair.train, 0);
  CHECK(all.size() == 14);
  all.merge(greys(pair.test, 0));
  CHECK(all.size() == 20);
  const DatasetPair other = load_image_folder_pair(scratch.path(), {.size = {1, 1}, .test_share = 0.3, .seed = 6});
  CHECK(other.test.pixels != pair.test.pixels);
}

TEST_CASE("what is no picture is refused by name, and counted") {
  const Scratch scratch;
  put_pictures(scratch.path() / "a", 2, 0);
  put_pictures(scratch.path() / "b", 2, 0);
  const auto refusal = [&] { return message_of<DataError>([&] { load_image_folder(scratch.path()); }); };
  write_text(scratch.path() / "b" / "notes.txt", "no picture");
  CHECK(contains(refusal(),
                 concat("image: ", (scratch.path() / "b" / "notes.txt").string(), ": not a PNG, JPEG or BMP")));
  write_text(scratch.path() / "b" / "picture0.png", grey_png(3).substr(0, 40));
  CHECK(contains(refusal(), "(and 1 more problems below this folder)"));
  fs::remove(scratch.path() / "b" / "notes.txt");
  put_pictures(scratch.path() / "b", 2, 0);
  fs::create_directory(scratch.path() / "b" / "deeper");
  CHECK(contains(refusal(), "deeper: a folder among the pictures of a class, expected pictures only"));
}

TEST_CASE(
    "broken pictures are left out where that is asked for, listed, and change the data set as removing them does") {
  const Scratch scratch;
  put_pictures(scratch.path() / "a", 20, 0);
  put_pictures(scratch.path() / "b", 10, 100);
  const LoadedFolder whole = load_training_folder(scratch.path(), {.size = {2, 2}, .skip_broken = true});
  CHECK(whole.report.left_out.empty());
  const fs::path cut = scratch.path() / "a" / "picture7.png", text = scratch.path() / "b" / "notes.txt",
                 deeper = scratch.path() / "b" / "deeper";
  write_text(cut, grey_png(7).substr(0, 40));
  write_text(text, "no picture");
  fs::create_directory(deeper);
  CHECK(
      contains(message_of<DataError>([&] { load_training_folder(scratch.path()); }), "; --skip-broken leaves it out"));
  const LoadedFolder rest = load_training_folder(scratch.path(), {.size = {2, 2}, .skip_broken = true});
  REQUIRE(rest.report.left_out.size() == 3);
  CHECK(contains(rest.report.left_out[0], deeper.string()));
  CHECK(contains(rest.report.left_out[1], concat("image: ", cut.string(), ": ")));
  CHECK(contains(rest.report.left_out[2], concat("image: ", text.string(), ": not a PNG")));
  CHECK(rest.report.classes[0].train + rest.report.classes[0].test == 19);
  CHECK(rest.data.train.size() + rest.data.test.size() == 29);
  CHECK(digest(rest.data.train) != digest(whole.data.train));
  rest.data.train.check();
  fs::remove(cut);
  fs::remove(text);
  fs::remove(deeper);
  const DatasetPair removed = load_image_folder_pair(scratch.path(), {.size = {2, 2}});
  CHECK(digest(rest.data.train) == digest(removed.train));
  CHECK(digest(rest.data.test) == digest(removed.test));
}

TEST_CASE("a class of which no picture is sound is refused, whatever may be left out") {
  const Scratch scratch;
  put_pictures(scratch.path() / "a", 5, 0);
  write_text(scratch.path() / "b" / "1.png", "broken");
  write_text(scratch.path() / "b" / "2.png", "broken");
  CHECK(message_of<DataError>([&] { load_training_folder(scratch.path(), {.skip_broken = true}); }) ==
        concat("image folder: ", (scratch.path() / "b").string(), ": none of its 2 files is a sound picture"));
}

TEST_CASE("val/ is measured on as test/ is; what was recognised and how many there are of which class is told") {
  const Scratch scratch;
  put_pictures(scratch.path() / "Train" / "a", 3, 10);
  put_pictures(scratch.path() / "Train" / "b", 2, 20);
  put_pictures(scratch.path() / "val" / "b", 1, 40);
  for (const char* clutter : {"Thumbs.db", "desktop.ini", ".DS_Store", "._picture0.png"}) {
    write_text(scratch.path() / "Train" / "a" / clutter, "no picture");
  }
  const LoadedFolder loaded = load_training_folder(scratch.path());
  CHECK(loaded.data.train.labels == std::vector<std::int32_t>{0, 0, 0, 1, 1});
  CHECK(loaded.data.test.labels == std::vector<std::int32_t>{1});
  const FolderReport& report = loaded.report;
  CHECK(report.layout == concat("learning from ", (scratch.path() / "Train").string(), ", measured on ",
                                (scratch.path() / "val").string()));
  CHECK(report.test_apart);
  REQUIRE(report.classes.size() == 2);
  CHECK(report.classes[0].train == 3);
  CHECK(report.classes[0].test == 0);
  CHECK(report.classes[1].test == 1);
  put_pictures(scratch.path() / "val" / "A", 1, 40);
  CHECK(contains(message_of<DataError>([&] { load_training_folder(scratch.path()); }),
                 "class A, which train/ lacks; there it is called a: rename one"));
}

TEST_CASE("measuring takes test/ by train's class numbers, or else everything, or the share that training keeps") {
  const Scratch scratch;
  put_pictures(scratch.path() / "split" / "train" / "a", 3, 10);
  put_pictures(scratch.path() / "split" / "train" / "b", 3, 20);
  write_text(scratch.path() / "split" / "train" / "a" / "broken.png", "not measured on");
  put_pictures(scratch.path() / "split" / "test" / "b", 2, 40);
  const LoadedFolder apart = load_measured_folder(scratch.path() / "split");
  CHECK(apart.data.test.labels == std::vector<std::int32_t>{1, 1});
  CHECK(apart.data.train.size() == 0);
  CHECK(apart.report.test_apart);
  CHECK(apart.report.layout == concat("measured on ", (scratch.path() / "split" / "test").string()));

  put_pictures(scratch.path() / "flat" / "a", 10, 0);
  put_pictures(scratch.path() / "flat" / "b", 5, 100);
  const LoadedFolder all = load_measured_folder(scratch.path() / "flat", {.size = {1, 1}});
  CHECK(all.data.test.size() == 15);
  CHECK(!all.report.test_apart);
  CHECK(all.report.layout == concat("measured on all of ", (scratch.path() / "flat").string()));
  const LoadedFolder kept = load_measured_folder(scratch.path() / "flat", {.size = {1, 1}}, true);
  CHECK(digest(kept.data.test) == digest(load_image_folder_pair(scratch.path() / "flat", {.size = {1, 1}}).test));
  CHECK(kept.report.classes[0].test == 2);

  put_pictures(scratch.path() / "only" / "test" / "a", 2, 0);
  put_pictures(scratch.path() / "only" / "test" / "b", 2, 9);
  CHECK(load_measured_folder(scratch.path() / "only").data.test.size() == 4);
  CHECK(contains(message_of<DataError>([&] { load_training_folder(scratch.path() / "only"); }),
                 "holds test/ but no train/"));
}

TEST_CASE("empty classes, a single class, and splits that leave nothing are refused") {
  const Scratch scratch;
  const auto refusal = [&] { return message_of<DataError>([&] { load_image_folder_pair(scratch.path()); }); };
  put_pictures(scratch.path() / "a", 2, 0);
  CHECK(contains(refusal(), "1 sub-folders, expected 2 or more, one for each class"));
  fs::create_directory(scratch.path() / "b");
  CHECK(contains(refusal(), "b: holds no pictures"));
  put_pictures(scratch.path() / "b", 2, 0);
  CHECK(contains(refusal(), "4 pictures leave none for testing"));
  CHECK(contains(message_of<IoError>([&] { load_image_folder(scratch.path() / "none"); }),
                 "none: No such file or directory"));
  CHECK_THROWS_AS(load_image_folder(scratch.path(), {.size = {0, 0}}), std::invalid_argument);
  CHECK_THROWS_AS(load_image_folder_pair(scratch.path(), {.test_share = 1}), std::invalid_argument);
}

TEST_CASE("folders, classes and pictures that may not be read are named, with the reason") {
  const Scratch scratch;
  const fs::path root = scratch.path() / "root", locked = root / "b" / "picture1.png";
  put_pictures(root / "a", 2, 0);
  put_pictures(root / "b", 2, 0);
  constexpr fs::perms kReadable{0755};
  fs::permissions(scratch.path(), kReadable);
  for (const auto& entry : fs::recursive_directory_iterator(scratch.path())) fs::permissions(entry.path(), kReadable);
  const auto without_rights = [&](const fs::path& path, const auto& check) {
    fs::permissions(path, fs::perms::none);
    {
      const Unprivileged unprivileged;
      check();
    }
    fs::permissions(path, kReadable);
  };
  const auto refusal = [&] { return message_of<IoError>([&] { load_image_folder_pair(root); }); };
  without_rights(locked, [&] {
    CHECK(refusal() == concat("image: ", locked.string(), ": cannot be opened: Permission denied"));
    CHECK(check_image_folder(root).problems.size() == 1);
    CHECK_THROWS_AS(load_training_folder(root, {.skip_broken = true}), IoError);
  });
  without_rights(root / "b",
                 [&] { CHECK(refusal() == concat("image folder: ", (root / "b").string(), ": Permission denied")); });
  without_rights(root, [&] { CHECK(refusal() == concat("image folder: ", root.string(), ": Permission denied")); });
  fs::remove(locked);
  fs::create_symlink("picture1.png", locked);
  CHECK(message_of<DataError>([&] { load_image_folder(root); }) ==
        concat("image folder: ", locked.string(),
               ": expected pictures only, found something else; --skip-broken leaves it out"));
  fs::create_symlink("c", root / "c");
  fs::remove(locked);
  CHECK(load_image_folder(root).class_names.size() == 2);
}
