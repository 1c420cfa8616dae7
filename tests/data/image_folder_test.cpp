// Folders of pictures by class: labels, splits, and what is refused.
#include "data/image_folder.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
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
  const Dataset data = load_image_folder(scratch.path(), {.size = 4});
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
  const ImageFolderOptions options{.size = 1, .test_share = 0.3, .seed = 5};
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
  const DatasetPair other = load_image_folder_pair(scratch.path(), {.size = 1, .test_share = 0.3, .seed = 6});
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
  CHECK(contains(refusal(), "deeper: expected pictures only, found something else"));
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
  CHECK_THROWS_AS(load_image_folder(scratch.path(), {.size = 0}), std::invalid_argument);
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
    CHECK(image_folder_problems(root).size() == 1);
  });
  without_rights(root / "b",
                 [&] { CHECK(refusal() == concat("image folder: ", (root / "b").string(), ": Permission denied")); });
  without_rights(root, [&] { CHECK(refusal() == concat("image folder: ", root.string(), ": Permission denied")); });
  fs::remove(locked);
  fs::create_symlink("picture1.png", locked);
  CHECK(message_of<DataError>([&] { load_image_folder(root); }) ==
        concat("image folder: ", locked.string(), ": expected pictures only, found something else"));
  fs::create_symlink("c", root / "c");
  fs::remove(locked);
  CHECK(load_image_folder(root).class_names.size() == 2);
}
