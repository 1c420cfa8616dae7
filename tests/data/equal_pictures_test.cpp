// Equal pictures, against a comparison of each with each.
#include "data/equal_pictures.hpp"

#include "core/random.hpp"
#include "tests/data/scratch.hpp"

using namespace mog;

namespace {

Dataset random_set(Index count, std::uint64_t seed) {
  Dataset data{
      .name = "random", .height = 1, .width = 1, .channels = 3, .pixels = {}, .labels = {}, .class_names = {"a", "b"}};
  data.resize(count);
  Random random(seed, Purpose::split, 0);
  for (std::uint8_t& pixel : data.pixels) pixel = static_cast<std::uint8_t>(random.below(3));
  return data;
}

}  // namespace

TEST_CASE("groups are those that a comparison of each picture with each finds, in the pictures' order") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const DatasetPair data{random_set(20, seed), random_set(11, seed + 100)};
    std::vector<std::vector<Index>> expected;  // test pictures count on from the training ones
    const auto pixels = [&](Index i) { return i < 20 ? data.train.image(i) : data.test.image(i - 20); };
    std::vector<bool> seen(31);
    for (Index i = 0; i < 31; ++i) {
      std::vector<Index> group;
      for (Index j = i; j < 31; ++j) {
        if (!seen[static_cast<std::size_t>(j)] && std::equal(pixels(i), pixels(i) + 3, pixels(j))) group.push_back(j);
      }
      for (const Index j : group) seen[static_cast<std::size_t>(j)] = true;
      if (group.size() > 1) expected.push_back(group);
    }
    std::vector<std::vector<Index>> found;
    for (const auto& group : equal_pictures(data)) {
      found.emplace_back();
      for (const PictureIndex& one : group) found.back().push_back(one.test ? 20 + one.index : one.index);
    }
    CAPTURE(seed);
    CHECK(!expected.empty());
    CHECK(found == expected);
  }
}

TEST_CASE("pictures that are left out are in no group") {
  Dataset data = random_set(3, 1);
  data.pixels.assign(data.pixels.size(), 7);
  CHECK(equal_pictures({data, data}).at(0).size() == 6);
  const auto groups = equal_pictures({data, data}, [](const PictureIndex& one) { return one.test || one.index == 0; });
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].size() == 2);
  CHECK(groups[0][0].index == 1);
}

TEST_CASE("nothing is equal in nothing, and sizes must agree") {
  CHECK(equal_pictures({}).empty());
  CHECK(equal_pictures({random_set(1, 1), {}}).empty());
  Dataset other = random_set(1, 1);
  other.width = 2;
  other.resize(1);
  CHECK_THROWS_AS(equal_pictures({random_set(1, 1), other}), std::invalid_argument);
}
