// Evaluation against counts made by hand.
#include "train/evaluate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// A network that says class (first byte of the picture) mod 4, with logit 2 against 0.
Variable<float> first_byte(Pass<float>& pass, const Variable<float>& images) {
  CHECK_FALSE(pass.training);
  CHECK_FALSE(pass.tape.recording());
  const Index count = images.shape()[0];
  const Tensor<float> logits = pass.tape.make({count, 4});
  logits.fill(0);
  for (Index i = 0; i < count; ++i) {
    const auto byte = static_cast<Index>(images.value[i * 8 * 8 * 3] * 128 + 128);
    logits[i * 4 + byte % 4] = 2;
  }
  return {logits, {}};
}

}  // namespace

TEST_CASE("accuracy, loss, confusion and logits are those of the images in their order, for any batch size") {
  Dataset data = tiny_images(11, 5);
  for (Index i = 0; i < 11; ++i) data.image(i)[0] = static_cast<std::uint8_t>(i % 3);  // labels are i mod 4
  const double hit = -std::log(std::exp(2.0) / (std::exp(2.0) + 3)), miss = hit + 2;
  for (const Index batch : {1, 4, 11, 50}) {
    const Evaluation result = evaluate(first_byte, Stage::quantized, data, {.batch = batch, .keep_logits = true});
    CHECK(result.images == 11);
    CHECK(result.accuracy == doctest::Approx(3.0 / 11));  // 0, 1, 2 and none of 3..10
    CHECK(result.loss == doctest::Approx((3 * hit + 8 * miss) / 11).epsilon(1e-6));
    CHECK(result.confusion == std::vector<Index>{1, 1, 1, 0,    // labels 0: images 0, 4 and 8
                                                 1, 1, 1, 0,    // labels 1: images 1, 5 and 9
                                                 1, 1, 1, 0,    // labels 2: images 2, 6 and 10
                                                 1, 1, 0, 0});  // labels 3, which is never found: images 3 and 7
    CHECK(result.logits.shape() == Shape{11, 4});
    CHECK(result.logits[5 * 4 + 2] == 2);
  }
}

TEST_CASE("of equal logits the first class is the answer") {
  const Network undecided = [](Pass<float>& pass, const Variable<float>& x) {
    const Tensor<float> y = pass.tape.make({x.shape()[0], 4});
    y.fill(-1);
    for (Index i = 0; i < y.rows(); ++i) y[i * 4 + 1] = y[i * 4 + 2] = 3;
    return Variable<float>{y, {}};
  };
  const Evaluation result = evaluate(undecided, Stage::quantized, tiny_images(6, 5));  // labels 0, 1, 2, 3, 0, 1
  CHECK(result.confusion == std::vector<Index>{0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0});
  CHECK(result.accuracy == doctest::Approx(2.0 / 6));
}

TEST_CASE("a network may be copied: its layers' parameters stay where they are") {
  Parameters<float> parameters(7);
  TinyNet net(parameters);
  const Dataset& data = tiny_data().test;
  Batches batches = Batches::training(tiny_data().train, {.batch = 10});
  estimate_statistics(net, Stage::quantized, batches);
  const Evaluation copied = evaluate(net, Stage::quantized, data, {.keep_logits = true});
  const Evaluation in_place = evaluate(std::ref(net), Stage::quantized, data, {.keep_logits = true});
  CHECK(std::ranges::equal(copied.logits.values(), in_place.logits.values()));
  CHECK(copied.loss == in_place.loss);
  CHECK_THROWS_WITH_AS(estimate_statistics(net, Stage::quantized, batches, {.batches = -1}),
                       "estimate_statistics: -1 batches, expected 0 or more", std::invalid_argument);
}

TEST_CASE("another number of classes and logits that are not finite are refused") {
  const Dataset data = tiny_images(3, 5);
  const Network three = [](Pass<float>& pass, const Variable<float>& x) {
    return Variable<float>{pass.tape.make({x.shape()[0], 3}), {}};
  };
  CHECK_THROWS_AS(evaluate(three, Stage::quantized, data), std::invalid_argument);
  const Network broken = [](Pass<float>& pass, const Variable<float>& x) {
    const Tensor<float> y = pass.tape.make({x.shape()[0], 4});
    y.fill(NAN);
    return Variable<float>{y, {}};
  };
  CHECK_THROWS_WITH_AS(evaluate(broken, Stage::quantized, data), "evaluate: image 0: a logit is not finite",
                       NumericError);
}
