// What people give in place of CIFAR's binary files: each is named for what it is, with the command that helps.
#include "data/data_guess.hpp"

#include "core/error.hpp"
#include "data/verify.hpp"
#include "tests/data/pictures.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;
using namespace std::string_literals;

namespace {

const std::string kGzip = "\x1F\x8B\x08\0"s;
const std::string kPickle = "\x80\x02}q\1"s;

std::string fetch(const std::string& set, const fs::path& into) {
  return concat("to get the binary version of ", set == "cifar10" ? "CIFAR-10" : "CIFAR-100", ": mog data fetch ", set,
                ' ', into.string());
}

/// An empty file of a size, which takes no disk.
void put_sized(const fs::path& path, std::uintmax_t size) {
  write_text(path, "");
  fs::resize_file(path, size);
}

}  // namespace

TEST_CASE("CIFAR-10's Python version, the folder or the one around it, is named, with the command for the binary one") {
  const Scratch scratch;
  const fs::path folder = scratch.path() / "cifar-10-batches-py";
  write_text(folder / "data_batch_1", kPickle);
  write_text(folder / "batches.meta", kPickle);
  for (const fs::path& path : {folder, folder / ""}) {
    CHECK(message_of<DataError>([&] { load_cifar10(path); }) ==
          concat("cifar-10: ", path.string(), ": the Python version of CIFAR-10, expected cifar-10 as a folder with ",
                 "data_batch_1.bin; ", fetch("cifar10", scratch.path())));
  }
  CHECK(contains(message_of<DataError>([&] { load_cifar10(scratch.path()); }),
                 "holds the Python version of CIFAR-10, expected cifar-10 as a folder with data_batch_1.bin; " +
                     fetch("cifar10", scratch.path())));
  // Who asked for the other set gets the other set.
  CHECK(contains(message_of<DataError>([&] { load_cifar100(folder); }),
                 "the Python version of CIFAR-10, expected cifar-100 as a folder with train.bin; " +
                     fetch("cifar100", scratch.path())));
  const Verification verified = verify_dataset(folder);
  CHECK(verified.found == "the Python version of CIFAR-10");
  CHECK(contains(verified.problems.at(0), fetch("cifar10", scratch.path())));
}

TEST_CASE("the other versions are told by their files or their folders' names") {
  const Scratch scratch;
  const auto what = [&](const char* file) {
    const Scratch one;
    write_text(one.path() / file, kPickle);
    if (file == "train"s) write_text(one.path() / "meta", kPickle);
    if (file == "train.mat"s) write_text(one.path() / "meta.mat", "MATLAB");
    return guess_data(one.path()).what;
  };
  CHECK(what("data_batch_1") == "the Python version of CIFAR-10");
  CHECK(what("train") == "the Python version of CIFAR-100");
  CHECK(what("data_batch_1.mat") == "the MATLAB version of CIFAR-10");
  CHECK(what("train.mat") == "the MATLAB version of CIFAR-100");
  CHECK(what("cifar-10-batches-py/x") == "holds the Python version of CIFAR-10");
  CHECK(what("cifar-100-python/x") == "holds the Python version of CIFAR-100");
  CHECK(what("cifar-10-batches-mat/x") == "holds the MATLAB version of CIFAR-10");
  CHECK(what("cifar-100-matlab/x") == "holds the MATLAB version of CIFAR-100");
  CHECK(what("notes").empty());
}

TEST_CASE("archives are told by their first bytes and names; the official binary one is unpacked by the command") {
  const Scratch scratch;
  const auto guess = [&](const std::string& name, const std::string& content) {
    write_text(scratch.path() / name, content);
    DataGuess found = guess_data(scratch.path() / name, Cifar::ten);
    fs::remove(scratch.path() / name);
    return found;
  };
  const std::string here = fetch("cifar10", scratch.path());
  const DataGuess official = guess("cifar-10-binary.tar.gz", kGzip);
  CHECK(official.what == "the archive of the binary version of CIFAR-10, not unpacked");
  CHECK(official.fix == "to unpack it: mog data fetch cifar10 " + scratch.path().string());
  const DataGuess python = guess("cifar-10-python.tar.gz", kGzip);
  CHECK(python.what == "the archive of the Python version of CIFAR-10");
  CHECK(python.fix == here);
  CHECK(guess("cifar-100-binary.tar.gz", kGzip).what == "the archive of the binary version of CIFAR-100");
  CHECK(guess("cifar-100-binary.tar.gz", kGzip).fix == here);
  CHECK(guess("cifar-10-binary (1).tar.gz", kGzip).fix == here);  // fetch would not look at it
  CHECK(guess("cifar-10-binary.tar.gz.part", kGzip).what == "a part of the archive of the binary version of CIFAR-10");
  CHECK(guess("CIFAR-10-matlab.tar.gz", kGzip).what == "the archive of the MATLAB version of CIFAR-10");
  CHECK(guess("cifar10.zip", "PK\3\4").what == "an archive of CIFAR-10");
  CHECK(guess("cifar-100-python.tar", std::string(257, 'x') + "ustar").what ==
        "the archive of the Python version of CIFAR-100");
  CHECK(guess("data.tar.xz", "\xFD\x37zXZ").what == "an xz archive, not unpacked");
  CHECK(guess("data.tar.xz", "\xFD\x37zXZ").fix == here);
}

TEST_CASE("a folder that holds archives names the one that needs no network") {
  const Scratch scratch;
  write_text(scratch.path() / "cifar-10-a-python.tar.gz", kGzip);
  write_text(scratch.path() / "cifar-10-binary.tar.gz", kGzip);
  CHECK(
      contains(message_of<DataError>([&] { load_cifar10(scratch.path()); }),
               "holds the archive of the binary version of CIFAR-10, not unpacked, expected cifar-10 as a folder with "
               "data_batch_1.bin; to unpack it: mog data fetch cifar10 " +
                   scratch.path().string()));
  CHECK(contains(message_of<DataError>([&] { load_cifar100(scratch.path()); }), fetch("cifar100", scratch.path())));
}

TEST_CASE("one file of CIFAR, given alone, leads to its folder where all others are there, and to the command else") {
  const Scratch scratch;
  const fs::path ten = make_cifar(cifar_layout(Cifar::ten), scratch.path());
  const fs::path batch = ten / "data_batch_2.bin";
  CHECK(message_of<DataError>([&] { load_cifar10(batch); }) ==
        concat("cifar-10: ", batch.string(), ": one file of CIFAR-10 alone, expected cifar-10 as a folder with ",
               "data_batch_1.bin; all of it is in the folder ", ten.string()));
  CHECK(contains(message_of<DataError>([&] { load_cifar100(batch); }), fetch("cifar100", ten)));
  CHECK(verify_dataset(batch).found == "one file of CIFAR-10 alone");
  fs::remove(ten / "test_batch.bin");
  CHECK(guess_data(batch, Cifar::ten).fix == fetch("cifar10", ten));
  CHECK(guess_data(batch).fix == fetch("cifar10", ten));

  put_sized(scratch.path() / "other name", 153700000);
  CHECK(guess_data(scratch.path() / "other name").what == "one file of CIFAR-100 alone");
  put_sized(scratch.path() / "train.bin", 1000);  // a name that others have, too
  CHECK(guess_data(scratch.path() / "train.bin", Cifar::hundred).what == "a file");
  write_text(scratch.path() / "cifar-10-batches-py" / "data_batch_3", kPickle);
  const DataGuess pickle = guess_data(scratch.path() / "cifar-10-batches-py" / "data_batch_3", Cifar::ten);
  CHECK(pickle.what == "one file of the Python version of CIFAR-10");
  CHECK(pickle.fix == fetch("cifar10", scratch.path()));
  write_text(scratch.path() / "test", kPickle);
  CHECK(guess_data(scratch.path() / "test").what == "one file of the Python version of CIFAR-100");
  write_text(scratch.path() / "cifar10.parquet", "PAR1....");
  CHECK(guess_data(scratch.path() / "cifar10.parquet").what == "a Parquet table");
  write_text(scratch.path() / "cat.png", grey_png(3));
  CHECK(guess_data(scratch.path() / "cat.png", Cifar::ten).what == "one picture, a PNG");
}

TEST_CASE("a folder one too high is read, two too high leads to the right one, and pictures to --dataset folder") {
  const Scratch scratch;
  const fs::path folder = make_cifar(cifar_layout(Cifar::hundred), scratch.path() / "data" / "cifar");
  CHECK(load_cifar100(folder.parent_path()).test.size() == 10000);
  CHECK(contains(message_of<DataError>([&] { load_cifar100(scratch.path()); }),
                 "holds cifar-100 further down, expected cifar-100 as a folder with train.bin; give the folder " +
                     folder.string()));
  CHECK(contains(message_of<DataError>([&] { load_cifar10(scratch.path()); }),
                 "; --dataset cifar100 reads the folder " + folder.string()));
  CHECK(contains(message_of<DataError>([&] { load_cifar10(folder); }),
                 "holds cifar-100, expected cifar-10 as a folder with data_batch_1.bin; --dataset cifar100 reads it"));
  CHECK(contains(verify_dataset(scratch.path()).problems.at(0), "--dataset cifar100 reads the folder"));

  const Scratch pictures;
  write_text(pictures.path() / "cat" / "1.JPG", "picture");
  CHECK(contains(message_of<DataError>([&] { load_cifar10(pictures.path()); }),
                 "holds folders of pictures, expected cifar-10 as a folder with data_batch_1.bin; --dataset folder "
                 "reads them"));
}

TEST_CASE("where nothing is known, or nothing is there, the command is named all the same, with the path in quotes") {
  const Scratch scratch;
  const fs::path folder = scratch.path() / "my pictures";
  CHECK(message_of<IoError>([&] { load_cifar10(folder); }) ==
        concat("cifar-10: ", folder.string(),
               ": no such folder; to get the binary version of CIFAR-10: mog data fetch ", "cifar10 '", folder.string(),
               "'"));
  CHECK(contains(message_of<IoError>([&] { load_cifar10(scratch.path() / "cifar-10-batches-bin"); }),
                 fetch("cifar10", scratch.path())));
  fs::create_directory(folder);
  CHECK(contains(message_of<DataError>([&] { load_cifar10(folder); }),
                 "holds neither data_batch_1.bin nor a folder cifar-10-batches-bin; to get"));
  CHECK(guess_data(folder).what.empty());
  CHECK(guess_data(folder).fix.empty());
}
