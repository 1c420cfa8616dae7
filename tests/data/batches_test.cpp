// Batches and augmentation against plain statements of what they should be.
#include "data/batches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "core/parallel.hpp"
#include "core/random.hpp"

using namespace mog;

namespace {

Dataset make_data(Index count, Index height = 5, Index width = 7, Index channels = 3) {
  Dataset data{.name = "made",
               .height = height,
               .width = width,
               .channels = channels,
               .pixels = {},
               .labels = {},
               .class_names = {}};
  data.resize(count);
  Random random(7, Purpose::user);
  for (auto& byte : data.pixels) byte = static_cast<std::uint8_t>(random.below(256));
  for (Index i = 0; i < count; ++i) {
    data.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i);  // a label tells which picture it is
    data.class_names.push_back(std::to_string(i));
  }
  return data;
}

struct Filled {
  std::vector<float> images;
  std::vector<std::int32_t> labels;
  bool operator==(const Filled&) const = default;
};

Filled filled(Batches& batches, const Dataset& data, Index epoch, Index b) {
  Filled result{std::vector<float>(static_cast<std::size_t>(batches.size(b) * data.image_bytes())),
                std::vector<std::int32_t>(static_cast<std::size_t>(batches.size(b)))};
  batches.fill(epoch, b, result.images, result.labels);
  return result;
}

/// The meaning of write_centred: one pixel of the padded, cropped, mirrored picture.
float placed_pixel(const Dataset& data, Index image, const Placement& place, Index y, Index x, Index c) {
  if (place.mirrored) x = data.width - 1 - x;
  y -= place.down;
  x -= place.right;
  if (y < 0 || y >= data.height || x < 0 || x >= data.width) return 0;
  return (static_cast<float>(data.image(image)[(y * data.width + x) * data.channels + c]) - 128) / 128;
}

void check_placement(const Dataset& data, Index image, const Placement& place, const float* got) {
  for (Index y = 0; y < data.height; ++y) {
    for (Index x = 0; x < data.width; ++x) {
      for (Index c = 0; c < data.channels; ++c) REQUIRE(*got++ == placed_pixel(data, image, place, y, x, c));
    }
  }
}

}  // namespace

TEST_CASE("a placed picture is the padded one, cropped and mirrored, pixel by pixel") {
  for (const Index channels : {1, 3, 4}) {
    const Dataset data = make_data(1, 5, 7, channels);
    std::vector<float> out(static_cast<std::size_t>(data.image_bytes()));
    for (Index down = -9; down <= 9; ++down) {
      for (Index right = -9; right <= 9; ++right) {
        for (const bool mirrored : {false, true}) {
          std::fill(out.begin(), out.end(), 1e9F);
          write_centred({data.image(0), data.height, data.width, channels}, {down, right, mirrored},
                        {.height = data.height, .width = data.width}, out.data());
          check_placement(data, 0, {down, right, mirrored}, out.data());
        }
      }
    }
  }
}

TEST_CASE("every byte is centred exactly") {
  for (int byte = 0; byte < 256; ++byte) {
    const auto pixel = static_cast<std::uint8_t>(byte);
    float out = 0;
    write_centred({&pixel, 1, 1, 1}, {}, {.height = 1, .width = 1}, &out);
    CHECK(out * 128 + 128 == static_cast<float>(byte));
  }
}

TEST_CASE("placements are uniform over shifts and mirrors, and a function of (seed, epoch, picture)") {
  std::map<std::tuple<Index, Index, bool>, int> counts;
  constexpr int kDraws = 162 * 100;
  for (Index i = 0; i < kDraws; ++i) {
    const Placement place = draw_placement({}, 5, i / 1000, i % 1000);
    const Placement again = draw_placement({}, 5, i / 1000, i % 1000);
    REQUIRE(place.down == again.down);
    REQUIRE(place.right == again.right);
    REQUIRE(place.mirrored == again.mirrored);
    ++counts[{place.down, place.right, place.mirrored}];
  }
  CHECK(counts.size() == 162);  // 9 x 9 shifts, mirrored or not
  double chi_squared = 0;
  for (const auto& [place, count] : counts) {
    CHECK(std::abs(std::get<0>(place)) <= 4);
    CHECK(std::abs(std::get<1>(place)) <= 4);
    chi_squared += (count - 100.0) * (count - 100.0) / 100;
  }
  CHECK(chi_squared < 161 + 4 * 18);  // mean and four standard deviations, sqrt(2 * 161), of 161 degrees of freedom
}

TEST_CASE("a cropped batch is the middle of the pictures as the whole batch has them") {
  const Dataset data = make_data(23, 8, 10);
  Batches batches = Batches::training(data, {.batch = 10, .seed = 3, .augment = {.pad = 3}});
  constexpr Index kSide = 4, kTop = 2, kLeft = 3;
  for (Index b = 0; b < batches.count(); ++b) {
    const Filled whole = filled(batches, data, 1, b);
    Filled middle = whole;
    batches.fill_cropped(1, b, kSide, middle.images, middle.labels);
    CHECK(middle.labels == whole.labels);
    const float* got = middle.images.data();
    for (Index i = 0; i < batches.size(b); ++i) {
      for (Index y = kTop; y < kTop + kSide; ++y) {
        const float* row = whole.images.data() + ((i * 8 + y) * 10 + kLeft) * 3;
        for (Index x = 0; x < kSide * 3; ++x) REQUIRE(*got++ == row[x]);
      }
    }
  }
  std::vector<float> room(1000);
  std::vector<std::int32_t> labels(10);
  CHECK_THROWS_WITH_AS(batches.fill_cropped(0, 0, 9, room, labels), "batches: crops of 9 pixels, expected 1 to 8",
                       std::invalid_argument);
}

TEST_CASE("alternating flips mirror half of the pictures in an epoch, and each picture in every second epoch") {
  const Augmentation augment{.pad = 4, .flip = Flip::alternating};
  constexpr Index kPictures = 10'000;
  Index mirrored = 0;
  for (Index i = 0; i < kPictures; ++i) {
    const bool first = draw_placement(augment, 5, 0, i).mirrored;
    mirrored += first ? 1 : 0;
    for (Index epoch = 1; epoch < 5; ++epoch) {
      REQUIRE(draw_placement(augment, 5, epoch, i).mirrored == (epoch % 2 == 0 ? first : !first));
    }
    // The shifts are those of random flips.
    REQUIRE(draw_placement(augment, 5, 3, i).down == draw_placement({}, 5, 3, i).down);
    REQUIRE(draw_placement(augment, 5, 3, i).right == draw_placement({}, 5, 3, i).right);
  }
  CHECK(std::abs(mirrored - kPictures / 2) < 4 * 50);  // four standard deviations, sqrt(n) / 2
}

TEST_CASE("an epoch of training shows every picture once, in an order that seed and epoch decide") {
  const Dataset data = make_data(103);
  Batches batches = Batches::training(data, {.batch = 10, .seed = 3});
  CHECK(batches.count() == 11);
  CHECK(batches.size(10) == 3);
  std::vector<std::vector<std::int32_t>> epochs;
  for (Index epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::int32_t> order;
    for (Index b = 0; b < batches.count(); ++b) {
      const Filled batch = filled(batches, data, epoch, b);
      order.insert(order.end(), batch.labels.begin(), batch.labels.end());
    }
    epochs.push_back(order);
    std::sort(order.begin(), order.end());
    CHECK(order == data.labels);
  }
  CHECK(epochs[0] != epochs[1]);
  CHECK(epochs[1] != epochs[2]);
  Batches other_seed = Batches::training(data, {.batch = 103, .seed = 4});
  CHECK(filled(other_seed, data, 0, 0).labels != epochs[0]);
}

TEST_CASE("a picture is placed the same way wherever in a batch it stands") {
  const Dataset data = make_data(60);
  for (const Index size : {7, 60}) {
    Batches batches = Batches::training(data, {.batch = size, .seed = 9});
    for (Index b = 0; b < batches.count(); ++b) {
      const Filled batch = filled(batches, data, 2, b);
      for (Index i = 0; i < batches.size(b); ++i) {
        const Index index = batch.labels[static_cast<std::size_t>(i)];
        check_placement(data, index, draw_placement({}, 9, 2, index), batch.images.data() + i * data.image_bytes());
      }
    }
  }
}

TEST_CASE("a batch holds the same bits whatever was asked for before, on any number of threads") {
  const Dataset data = make_data(64);
  const BatchOptions options{.batch = 9, .seed = 11, .augment = {.pad = 2, .flip = Flip::random}};
  Batches in_order = Batches::training(data, options);
  std::vector<Filled> expected;
  for (Index epoch = 0; epoch < 2; ++epoch) {
    for (Index b = 0; b < in_order.count(); ++b) expected.push_back(filled(in_order, data, epoch, b));
  }
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    Batches resumed = Batches::training(data, options);
    for (Index at = 2 * resumed.count() - 1; at >= 0; --at) {
      CHECK(filled(resumed, data, at / resumed.count(), at % resumed.count()) ==
            expected[static_cast<std::size_t>(at)]);
    }
  }
  set_threads(before);
}

TEST_CASE("training drops a last batch of one picture, evaluation keeps it") {
  const Dataset data = make_data(21);
  CHECK(Batches::training(data, {.batch = 10}).count() == 2);
  CHECK(Batches::training(data, {.batch = 19}).count() == 2);
  CHECK(Batches::training(data, {.batch = 1}).count() == 21);
  Batches evaluation = Batches::evaluation(data, 10);
  CHECK(evaluation.count() == 3);
  CHECK(evaluation.size(2) == 1);
  std::int32_t expected = 0;
  for (Index b = 0; b < 3; ++b) {
    const Filled batch = filled(evaluation, data, 0, b);
    for (Index i = 0; i < evaluation.size(b); ++i) {
      CHECK(batch.labels[static_cast<std::size_t>(i)] == expected);
      check_placement(data, expected, {}, batch.images.data() + i * data.image_bytes());
      ++expected;
    }
  }
}

TEST_CASE("without padding and mirroring pictures stay as they are") {
  const Dataset data = make_data(20);
  Batches batches = Batches::training(data, {.batch = 20, .seed = 1, .augment = {.pad = 0, .flip = Flip::none}});
  const Filled batch = filled(batches, data, 0, 0);
  for (Index i = 0; i < 20; ++i) {
    check_placement(data, batch.labels[static_cast<std::size_t>(i)], {}, batch.images.data() + i * data.image_bytes());
  }
}

TEST_CASE("what does not fit is refused at the door") {
  const Dataset data = make_data(20);
  Batches batches = Batches::training(data, {.batch = 8});
  std::vector<float> images(8 * 105);
  std::vector<std::int32_t> labels(8);
  CHECK_THROWS_WITH_AS(batches.fill(0, 3, images, labels), "batches: batch 3, expected 0 to 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS(batches.fill(-1, 0, images, labels), "batches: epoch -1, expected 0 or more",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(batches.fill(0, 0, std::span(images).first(839), labels),
                       "batches: room for 839 pixels, expected 840", std::invalid_argument);
  CHECK_THROWS_WITH_AS(batches.fill(0, 0, images, std::span(labels).first(7)), "batches: room for 7 labels, expected 8",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(Batches::training(data, {.batch = 0}), "batches: batch of 0, expected 1 or more",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(Batches::training(make_data(1), {.batch = 8}),
                       "batches: made has 1 pictures, expected 2 or more", std::invalid_argument);
  Dataset wrong = make_data(4);
  wrong.labels[2] = 9;
  CHECK_THROWS_WITH_AS(Batches::evaluation(wrong), "dataset made: label 9 of picture 2, expected 0 to 3",
                       std::invalid_argument);
}

TEST_CASE("a Batch holds what the spans would, with its shape, and keeps its memory while the size stays") {
  const Dataset data = make_data(10);
  Batches batches = Batches::training(data, {.batch = 4, .seed = 3});
  Batch batch;
  const float* memory = nullptr;
  for (Index b = 0; b < batches.count(); ++b) {
    batches.fill(2, b, batch);
    CHECK(batch.images.shape() == Shape{batches.size(b), 5, 7, 3});
    const Filled expected = filled(batches, data, 2, b);
    CHECK(std::ranges::equal(batch.images.values(), expected.images));
    CHECK(batch.labels == expected.labels);
    if (b == 1) CHECK(batch.images.data() == memory);
    memory = batch.images.data();
  }
  CHECK(batch.labels.size() == 2);
}
