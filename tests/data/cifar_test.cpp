// The CIFAR loaders on files of the right size, made here, with known bytes in known places; and
// everything wrong with them.
#include "data/cifar.hpp"

#include "core/error.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

const CifarLayout& kTen = cifar_layout(Cifar::ten);
const CifarLayout& kHundred = cifar_layout(Cifar::hundred);

}  // namespace

TEST_CASE("CIFAR-10: five training files in order, one test file, planes turned into channels last") {
  const Scratch scratch;
  const fs::path folder = make_cifar(kTen, scratch.path());
  const std::uint64_t record = 9999 * 3073;  // the last of a file
  poke(folder / "data_batch_3.bin", record, 7);
  poke(folder / "data_batch_3.bin", record + 1 + 2 * 1024 + 5 * 32 + 6, 200);  // blue, row 5, column 6
  poke(folder / "test_batch.bin", 1 + 1024 + 31 * 32 + 31, 77);                // green, last pixel of the first picture

  for (const fs::path& dir : {folder, scratch.path()}) {
    const DatasetPair pair = load_cifar10(dir);
    CHECK(pair.train.size() == 50000);
    CHECK(pair.test.size() == 10000);
    CHECK(pair.train.height == 32);
    CHECK(pair.train.width == 32);
    CHECK(pair.train.channels == 3);
    CHECK(pair.train.class_names.size() == 10);
    CHECK(pair.test.class_names[9] == "name 9");
    CHECK(pair.train.labels[29999] == 7);
    CHECK(pair.train.labels[29998] == 0);
    CHECK(pair.train.image(29999)[(5 * 32 + 6) * 3 + 2] == 200);
    CHECK(pair.train.image(29999)[(5 * 32 + 6) * 3 + 1] == 0);
    CHECK(pair.test.image(0)[(31 * 32 + 31) * 3 + 1] == 77);
    pair.train.check();
    pair.test.check();
  }
}

TEST_CASE("CIFAR-100: the coarse label byte comes first, the fine one second") {
  const Scratch scratch;
  const fs::path folder = make_cifar(kHundred, scratch.path());
  poke(folder / "train.bin", 49999L * 3074, 19);
  poke(folder / "train.bin", 49999L * 3074 + 1, 99);
  poke(folder / "train.bin", 49999L * 3074 + 2, 5);

  const DatasetPair fine = load_cifar100(folder);
  CHECK(fine.train.classes() == 100);
  CHECK(fine.train.labels[49999] == 99);
  CHECK(fine.train.image(49999)[0] == 5);
  const DatasetPair coarse = load_cifar100(folder, CifarLabels::coarse);
  CHECK(coarse.test.classes() == 20);
  CHECK(coarse.train.labels[49999] == 19);
}

TEST_CASE("one of the two sets given for the other is told apart") {
  const Scratch scratch;
  const fs::path ten = make_cifar(kTen, scratch.path() / "a");
  const fs::path hundred = make_cifar(kHundred, scratch.path() / "b");
  CHECK(contains(message_of<DataError>([&] { load_cifar10(hundred); }),
                 "cifar-100-binary: holds cifar-100, expected cifar-10"));
  CHECK(contains(message_of<DataError>([&] { load_cifar100(ten); }),
                 "cifar-10-batches-bin: holds cifar-10, expected cifar-100"));
  CHECK(contains(message_of<DataError>([&] { load_cifar100(scratch.path() / "a"); }),
                 "holds cifar-10, expected cifar-100"));
}

TEST_CASE("a folder that is missing or holds something else says so") {
  const Scratch scratch;
  CHECK(contains(message_of<IoError>([&] { load_cifar10(scratch.path() / "none"); }), "none: no such folder"));
  CHECK(contains(message_of<DataError>([&] { load_cifar10(scratch.path()); }),
                 "holds neither data_batch_1.bin nor a folder cifar-10-batches-bin"));
}

TEST_CASE("a truncated or overlong file is refused by its size, with the size expected") {
  const Scratch scratch;
  const fs::path folder = make_cifar(kTen, scratch.path());
  for (const std::uintmax_t size : {0U, 30720000U, 30729999U, 30730001U}) {
    fs::resize_file(folder / "data_batch_3.bin", size);
    CHECK(contains(message_of<DataError>([&] { load_cifar10(folder); }),
                   concat("cifar-10: ", (folder / "data_batch_3.bin").string(), ": ", size,
                          " bytes, expected 30730000 (10000 pictures of 3073 bytes)")));
  }
  fs::remove(folder / "data_batch_3.bin");
  CHECK(contains(message_of<IoError>([&] { load_cifar10(folder); }), "data_batch_3.bin: no such file"));
  fs::create_directory(folder / "data_batch_3.bin");
  CHECK(contains(message_of<IoError>([&] { load_cifar10(folder); }), "data_batch_3.bin: not a file"));
}

TEST_CASE("a label out of range is refused with its value and byte offset") {
  const Scratch scratch;
  const fs::path ten = make_cifar(kTen, scratch.path());
  poke(ten / "test_batch.bin", 3 * 3073, 10);
  CHECK(contains(message_of<DataError>([&] { load_cifar10(ten); }),
                 "test_batch.bin: label 10 at byte 9219, expected 0 to 9"));
  const fs::path hundred = make_cifar(kHundred, scratch.path());
  poke(hundred / "test.bin", 2 * 3074 + 1, 100);
  poke(hundred / "test.bin", 4 * 3074, 20);
  CHECK(contains(message_of<DataError>([&] { load_cifar100(hundred); }),
                 "test.bin: label 100 at byte 6149, expected 0 to 99 (and 1 more labels out of range)"));
}

TEST_CASE("a file of class names with too few or too many is refused") {
  const Scratch scratch;
  const fs::path folder = make_cifar(kTen, scratch.path());
  write_text(folder / "batches.meta.txt", "airplane\r\nautomobile\r\n\r\n");
  CHECK(contains(message_of<DataError>([&] { load_cifar10(folder); }), "batches.meta.txt: 2 class names, expected 10"));
  fs::remove(folder / "batches.meta.txt");
  CHECK(contains(message_of<IoError>([&] { load_cifar10(folder); }), "batches.meta.txt: no such file"));
}
