// Faults that sizes and labels do not show: a batch twice, test equal to train, a hole; and what real data have.
#include "data/cifar_check.hpp"

#include <numeric>

#include "core/error.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;
using namespace mog::test;

namespace {

/// Files as make_cifar makes them, with pictures that all differ: each begins with its own number.
fs::path make_distinct(const CifarLayout& layout, const fs::path& parent) {
  const fs::path folder = make_cifar(layout, parent);
  std::uint32_t number = 1;
  for (const auto& file : layout.files()) {
    std::fstream stream(folder / file.name, std::ios::binary | std::ios::in | std::ios::out);
    for (Index i = 0; i < file.pictures; ++i, ++number) {
      stream.seekp(i * layout.record_bytes() + static_cast<Index>(layout.classes.size()));
      stream.write(reinterpret_cast<const char*>(&number), sizeof number);
    }
    REQUIRE(stream.good());
  }
  return folder;
}

void copy_bytes(const fs::path& from, Index at, const fs::path& to, Index to_at, Index bytes) {
  std::string content(static_cast<std::size_t>(bytes), 0);
  std::ifstream source(from, std::ios::binary);
  source.seekg(at);
  source.read(content.data(), bytes);
  std::fstream target(to, std::ios::binary | std::ios::in | std::ios::out);
  target.seekp(to_at);
  target.write(content.data(), bytes);
  REQUIRE((source.good() && target.good()));
}

}  // namespace

TEST_CASE("CIFAR-10: a batch given twice, test pictures among those to learn from, holes, single repetitions") {
  const Scratch scratch;
  const fs::path folder = make_distinct(cifar_layout(Cifar::ten), scratch.path());
  const CifarContent sound = check_cifar_content(Cifar::ten, folder);
  CHECK(sound.problems.empty());
  CHECK(sound.notes.empty());

  // One picture again, with another label; one of a single colour.
  copy_bytes(folder / "data_batch_1.bin", 5 * 3073 + 1, folder / "test_batch.bin", 7 * 3073 + 1, 3072);
  poke(folder / "test_batch.bin", 7 * 3073, 3);
  copy_bytes(folder / "data_batch_2.bin", 2 * 3073 + 1000, folder / "data_batch_2.bin", 2 * 3073 + 1, 4);
  const CifarContent single = check_cifar_content(Cifar::ten, folder);
  CHECK(single.problems.empty());
  REQUIRE(single.notes.size() == 2);
  CHECK(single.notes[0] == "cifar-10: data_batch_2.bin picture 2 (byte 6146) has one colour only");
  CHECK(single.notes[1] ==
        "cifar-10: 1 pictures are there more than once, 1 of them to learn from and to measure on, 1 in two classes; "
        "the first: data_batch_1.bin picture 5 (byte 15365), test_batch.bin picture 7 (byte 21511)");

  // A batch twice, the second one from the middle on; half of the test pictures are the last batch's.
  copy_bytes(folder / "data_batch_3.bin", 0, folder / "data_batch_4.bin", 5000 * 3073, 5000 * 3073);
  copy_bytes(folder / "data_batch_3.bin", 5000 * 3073, folder / "data_batch_4.bin", 0, 5000 * 3073);
  copy_bytes(folder / "data_batch_5.bin", 0, folder / "test_batch.bin", 0, 5000 * 3073);
  const CifarContent twice = check_cifar_content(Cifar::ten, folder);
  REQUIRE(twice.problems.size() == 2);
  CHECK(twice.problems[0] == "cifar-10: data_batch_4.bin holds pictures of data_batch_3.bin: 10000 of 10000");
  CHECK(twice.problems[1] == "cifar-10: test_batch.bin holds pictures of data_batch_5.bin: 5000 of 10000");

  // Ten megabytes of zeros.
  std::fstream(folder / "data_batch_1.bin", std::ios::binary | std::ios::in | std::ios::out)
      .seekp(2'000'000)
      .write(std::string(10'000'000, 0).data(), 10'000'000);
  const CifarContent hole = check_cifar_content(Cifar::ten, folder);
  REQUIRE(hole.problems.size() == 3);
  CHECK(hole.problems[0] ==
        "cifar-10: from data_batch_1.bin picture 651 (byte 2000523) on 3254 pictures in a row have "
        "one colour only, as where a copy broke off");
}

TEST_CASE("CIFAR-100: test equal to train is found although the files differ in length") {
  const Scratch scratch;
  const fs::path folder = make_distinct(cifar_layout(Cifar::hundred), scratch.path());
  CHECK(check_cifar_content(Cifar::hundred, folder).problems.empty());
  copy_bytes(folder / "train.bin", 30000L * 3074, folder / "test.bin", 0, 10000L * 3074);
  const CifarContent content = check_cifar_content(Cifar::hundred, folder);
  REQUIRE(content.problems.size() == 1);
  CHECK(content.problems[0] == "cifar-100: test.bin holds pictures of train.bin: 10000 of 10000");
}
