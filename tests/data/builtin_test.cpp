// The built-in pictures: the same everywhere, balanced, and out of a linear classifier's reach.
#include "data/builtin.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "core/md5.hpp"
#include "core/parallel.hpp"
#include "data/batches.hpp"

using namespace mog;

namespace {

std::string digest(const Dataset& data) {
  return md5_of({reinterpret_cast<const char*>(data.pixels.data()), data.pixels.size()});
}

/// Softmax regression on raw pixels, plain gradient descent with momentum; returns the test accuracy.
double linear_accuracy(const DatasetPair& pair, int epochs) {
  const auto inputs = static_cast<std::size_t>(pair.train.image_bytes());
  const auto classes = static_cast<std::size_t>(pair.train.classes());
  std::vector<float> weights(classes * inputs), velocity(classes * inputs);
  std::vector<float> images(50 * inputs);
  std::vector<std::int32_t> labels(50);
  const auto logits_of = [&](const float* image, double* logits) {
    for (std::size_t o = 0; o < classes; ++o) {
      float sums[16] = {};  // independent sums, which a compiler may keep in one register
      for (std::size_t i = 0; i < inputs; ++i) sums[i % 16] += weights[o * inputs + i] * image[i];
      logits[o] = 0;
      for (const float sum : sums) logits[o] += sum;
    }
  };
  Batches train = Batches::training(pair.train, {.batch = 50, .seed = 1, .augment = {.pad = 0, .flip = Flip::none}});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (Index b = 0; b < train.count(); ++b) {
      train.fill(epoch, b, images, labels);
      for (float& v : velocity) v *= 0.9F;
      for (std::size_t n = 0; n < 50; ++n) {
        double p[10];
        logits_of(images.data() + n * inputs, p);
        const double most = *std::max_element(p, p + classes);
        double sum = 0;
        for (double& value : p) sum += value = std::exp(value - most);
        for (std::size_t o = 0; o < classes; ++o) {
          const auto step =
              static_cast<float>((p[o] / sum - (labels[n] == static_cast<std::int32_t>(o) ? 1 : 0)) * 1e-3 / 50);
          for (std::size_t i = 0; i < inputs; ++i) velocity[o * inputs + i] -= step * images[n * inputs + i];
        }
      }
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += velocity[i];
    }
  }
  Batches test = Batches::evaluation(pair.test, 50);
  int right = 0;
  for (Index b = 0; b < test.count(); ++b) {
    test.fill(0, b, images, labels);
    for (std::size_t n = 0; n < 50; ++n) {
      double logits[10];
      logits_of(images.data() + n * inputs, logits);
      right += std::max_element(logits, logits + classes) - logits == labels[n] ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(pair.test.size());
}

}  // namespace

TEST_CASE("the pictures have the bytes that were drawn when this test was written, on 1 thread and on 3") {
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    const DatasetPair pair = builtin_images({.train = 200, .test = 100, .seed = 1});
    CHECK(digest(pair.train) == "875d4032373ea9ee18831350fab4da45");
    CHECK(digest(pair.test) == "b750795775e6dd7425c2133192f29301");
  }
  set_threads(before);
}

TEST_CASE("a picture is a function of seed, set and number: how many are drawn does not matter") {
  const DatasetPair few = builtin_images({.train = 20, .test = 20, .seed = 1});
  const DatasetPair more = builtin_images({.train = 40, .test = 30, .seed = 1});
  const DatasetPair other = builtin_images({.train = 20, .test = 20, .seed = 2});
  CHECK(std::equal(few.train.pixels.begin(), few.train.pixels.end(), more.train.pixels.begin()));
  CHECK(std::equal(few.test.pixels.begin(), few.test.pixels.end(), more.test.pixels.begin()));
  CHECK(few.train.pixels != few.test.pixels);
  CHECK(few.train.pixels != other.train.pixels);
}

TEST_CASE("ten named classes of 32 x 32 RGB pictures, equally many of each") {
  const DatasetPair pair = builtin_images();
  CHECK(pair.train.size() == 5000);
  CHECK(pair.test.size() == 1000);
  CHECK(pair.train.image_bytes() == 32 * 32 * 3);
  pair.train.check();
  pair.test.check();
  CHECK(pair.train.class_names.front() == "striped circle");
  CHECK(pair.train.class_names.back() == "checked cross");
  for (std::int32_t label = 0; label < 10; ++label) {
    CHECK(std::count(pair.train.labels.begin(), pair.train.labels.end(), label) == 500);
    CHECK(std::count(pair.test.labels.begin(), pair.test.labels.end(), label) == 100);
  }
  CHECK_THROWS_AS(builtin_images({.train = 0}), std::invalid_argument);
}

TEST_CASE("a linear classifier on raw pixels stays under 60 %, and above chance") {
  const double accuracy = linear_accuracy(builtin_images(), 5);
  MESSAGE("test accuracy of softmax regression: " << accuracy);
  CHECK(accuracy < 0.6);
  CHECK(accuracy > 0.2);
}
