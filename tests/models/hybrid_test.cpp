// The hybrid ResNet-20 and VGG-19: what is binary and what is not, operations, and that they learn in each stage.
#include "models/hybrid.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::HybridResnet20;
using mog::HybridVgg19;
using mog::Index;
using mog::LayerReport;
using mog::Parameters;
using mog::Pass;
using mog::Stage;
using mog::Tensor;

namespace {

template <class See>
void observe(mog::Graph<float>& net, Stage stage, const See& see) {
  mog::Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = stage, .training = false, .observer = see};
  net(pass, {mog::random_tensor<float>({1, 32, 32, 3}, 1)});
}

}  // namespace

TEST_CASE("the blocks' convolutions are binary, first, last and ways full; ResNet-20's weights and operations") {
  Parameters<float> p;
  HybridResnet20<float> net(p, {});
  Index full = 0, binary = 0, macs = 0;
  observe(net, Stage::quantized, [&](const LayerReport& report, const auto&) {
    (report.weights.bits == 1 ? binary : full) += report.weights.stored;
    macs += report.macs;
    if (report.name.ends_with(".a") || report.name.ends_with(".b")) CHECK(report.weights.bits == 1);
  });
  CHECK(binary == 6 * 9 * 16 * 16 + 9 * 16 * 32 + 5 * 9 * 32 * 32 + 9 * 32 * 64 + 5 * 9 * 64 * 64);
  CHECK(full == 27 * 16 + 16 * 32 + 32 * 64 + 640);
  CHECK(macs == 40'813'184);  // of mog summary --model resnet20, as the layers are the same
}

TEST_CASE("binary convolutions see signs in the quantized run, and what is not negative before") {
  Parameters<float> p;
  HybridResnet20<float> net(p, {.maps = 4});
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    Index activations = 0;
    observe(net, stage, [&](const LayerReport& report, const mog::Variable<float>& y) {
      if (!report.name.ends_with(".activation")) return;
      ++activations;
      std::set<float> values(y.value.values().begin(), y.value.values().end());
      if (stage == Stage::quantized) {
        CHECK(values == std::set<float>{-1, 1});
      } else {
        CHECK(*values.begin() == 0);
        CHECK(values.size() > 2);
      }
    });
    CHECK(activations == 18);
  }
}

TEST_CASE("VGG-19: 16 convolutions of which 15 are binary, ways of 172,032 weights, sums around pairs") {
  Parameters<float> p;
  HybridVgg19<float> net(p, {.classes = 200});
  Index full = 0, binary = 0, convolutions = 0, ways = 0, sums = 0;
  observe(net, Stage::quantized, [&](const LayerReport& report, const auto&) {
    (report.weights.bits == 1 ? binary : full) += report.weights.stored;
    convolutions += report.kind.starts_with("3x3") ? 1 : 0;
    if (report.name.ends_with(".way")) ways += report.weights.stored;
    if (report.name.ends_with(".sum")) ++sums;
  });
  CHECK(convolutions == 16);
  CHECK(binary == 20'018'880 - 27 * 64);
  CHECK(ways == 172'032);
  CHECK(full == 27 * 64 + 172'032 + 512 * 200);
  CHECK(sums == 1 + 1 + 2 + 2 + 2);
}

TEST_CASE("VGG-19 in full precision has the same convolutions, and neither ways nor sums") {
  Parameters<float> p;
  HybridVgg19<float> net(p, {.binary = false, .classes = 200});
  Index full = 0, normalised = 0;
  observe(net, Stage::full_precision, [&](const LayerReport& report, const auto&) {
    CHECK(report.weights.bits == 32);
    full += report.weights.stored;
    if (report.kind == "batch norm") normalised += report.constants / 2;
  });
  CHECK(full == 20'018'880 + 512 * 200);
  CHECK(normalised == 5504);
}

/// That it learns one batch in each stage, from the stage before.
template <class Net>
void learns(Net& net, Parameters<float>& p, Index side) {
  mog::testing::OneBatch batch(10, side);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    CAPTURE(mog::name(stage));
    CHECK(batch.smallest_loss(net, p, stage, 60) < 0.7F * std::log(10.0F));
  }
}

TEST_CASE("ResNet-20 learns one batch in each stage") {
  Parameters<float> p(3);
  HybridResnet20<float> net(p, {.maps = 4});
  learns(net, p, 8);
}

TEST_CASE("VGG-19 learns one batch in each stage") {
  Parameters<float> p(3);
  HybridVgg19<float> net(p, {.maps = 4});
  learns(net, p, 32);
}

TEST_CASE("networks that cannot be built are refused") {
  Parameters<float> p;
  CHECK_THROWS_WITH_AS(HybridResnet20<float>(p, {.maps = 0}), "hybrid-resnet20: 0 maps, expected 1 to 1024",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(HybridVgg19<float>(p, {.maps = 1025}), "hybrid-vgg19: 1025 maps, expected 1 to 1024",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(HybridResnet20<float>(p, {.classes = 1}), "hybrid-resnet20: 1 classes, expected 2 to 100000",
                       std::invalid_argument);
}
