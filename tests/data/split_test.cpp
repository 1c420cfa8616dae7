// Splits: every picture in exactly one part, the same share of every class, the same choice every time.
#include "data/split.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "core/error.hpp"

using namespace mog;

namespace {

/// 3 classes of 10, 20 and 30 pictures of one pixel, whose first byte is the picture's number.
Dataset numbered() {
  Dataset data{.name = "numbered", .height = 1, .width = 1, .pixels = {}, .labels = {}, .class_names = {"a", "b", "c"}};
  data.resize(60);
  for (Index i = 0; i < 60; ++i) {
    data.image(i)[0] = static_cast<std::uint8_t>(i);
    data.labels[static_cast<std::size_t>(i)] = i < 10 ? 0 : i < 30 ? 1 : 2;
  }
  return data;
}

std::set<int> numbers(const Dataset& data) {
  std::set<int> found;
  for (Index i = 0; i < data.size(); ++i) found.insert(data.image(i)[0]);
  return found;
}

}  // namespace

TEST_CASE("each picture is in one part, with its label, and each class gives its share") {
  const DatasetPair parts = split(numbered(), 0.2, 1);
  CHECK(parts.train.size() == 48);
  CHECK(parts.test.size() == 12);
  std::set<int> all = numbers(parts.train);
  all.merge(numbers(parts.test));
  CHECK(all.size() == 60);
  for (const auto& [label, count] : {std::pair{0, 2}, {1, 4}, {2, 6}}) {
    CHECK(std::count(parts.test.labels.begin(), parts.test.labels.end(), label) == count);
  }
  for (Index i = 0; i < parts.test.size(); ++i) {
    const int number = parts.test.image(i)[0];
    CHECK(parts.test.labels[static_cast<std::size_t>(i)] == (number < 10 ? 0 : number < 30 ? 1 : 2));
  }
  CHECK(numbers(split(numbered(), 0.2, 1).test) == numbers(parts.test));
  CHECK(numbers(split(numbered(), 0.2, 2).test) != numbers(parts.test));
}

TEST_CASE("each class has a choice of its own, not the same places as another one of its size") {
  Dataset data = numbered();
  for (Index i = 0; i < 60; ++i) data.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i / 20);
  const std::set<int> chosen = numbers(split(data, 0.3, 1).test);
  const auto places = [&](int label) {
    std::set<int> found;
    for (const int number : chosen) {
      if (number / 20 == label) found.insert(number % 20);
    }
    return found;
  };
  for (int label = 0; label < 3; ++label) CHECK(places(label).size() == 6);
  CHECK(places(0) != places(1));
  CHECK(places(1) != places(2));
}

TEST_CASE("held-back pictures come from the training part only, and take the test part's place") {
  DatasetPair data{.train = numbered(), .test = numbered()};
  for (Index i = 0; i < 60; ++i) data.test.image(i)[0] = 200;
  const DatasetPair parts = hold_back(data, 12);
  CHECK(parts.train.size() == 48);
  CHECK(parts.test.size() == 12);
  CHECK(numbers(parts.test).count(200) == 0);
  CHECK(parts.train.name == "numbered");
  CHECK(parts.test.name == "numbered held back");
  CHECK(numbers(hold_back(data, 12).test) == numbers(parts.test));
}

TEST_CASE("shares and numbers out of range are refused, and so are splits that leave nothing") {
  const DatasetPair data{.train = numbered(), .test = numbered()};
  CHECK_THROWS_AS(split(data.train, 0, 1), std::invalid_argument);
  CHECK_THROWS_AS(split(data.train, 1, 1), std::invalid_argument);
  CHECK_THROWS_WITH_AS(split(data.train, 0.01, 1), doctest::Contains("leave none for testing"), DataError);
  CHECK_THROWS_WITH_AS(hold_back(data, 60), doctest::Contains("validation: 60 images, expected 1 to 59"),
                       std::invalid_argument);
  CHECK_THROWS_AS(hold_back(data, 0), std::invalid_argument);
}
