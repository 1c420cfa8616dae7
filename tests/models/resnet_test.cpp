// ResNet-20: its published size, its shapes, and that it learns with each kind of weights.
#include "models/resnet.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::Index;
using mog::LayerReport;
using mog::Parameters;
using mog::Pass;
using mog::Resnet20;
using mog::Resnet20Options;
using mog::Stage;
using mog::Tensor;

namespace {

constexpr Resnet20Options::Weights kKinds[] = {Resnet20Options::Weights::full, Resnet20Options::Weights::binary,
                                               Resnet20Options::Weights::ternary};

std::vector<LayerReport> reports_of(const Resnet20Options& options) {
  Parameters<float> p;
  Resnet20<float> net(p, options);
  mog::Tape<float> tape;
  tape.set_recording(false);
  std::vector<LayerReport> reports;
  Pass<float> pass{.tape = tape, .training = false, .observer = [&](const LayerReport& report, const auto&) {
                     reports.push_back(report);
                   }};
  net(pass, {mog::random_tensor<float>({1, 32, 32, 3}, 1)});
  return reports;
}

}  // namespace

TEST_CASE("the network has the published 0.27 million weights and 41 million multiply-accumulates") {
  Index weights = 0, macs = 0, layers = 0;
  for (const LayerReport& report : reports_of({})) {
    weights += report.weights.stored;
    macs += report.macs;
    layers += report.weights.stored > 0 ? 1 : 0;
  }
  // By hand: 3x3 layers of 16, 32 and 64 maps, two 1x1 ways, the last layer.
  const Index blocks = 6 * 9 * 16 * 16 + 9 * 16 * 32 + 5 * 9 * 32 * 32 + 9 * 32 * 64 + 5 * 9 * 64 * 64;
  CHECK(weights == 27 * 16 + blocks + 16 * 32 + 32 * 64 + 640);
  CHECK(macs == 32 * 32 * (27 * 16 + 6 * 9 * 16 * 16) + 16 * 16 * (9 * 16 * 32 + 16 * 32 + 5 * 9 * 32 * 32) +
                    8 * 8 * (9 * 32 * 64 + 32 * 64 + 5 * 9 * 64 * 64) + 640);
  CHECK(layers == 20 + 2);
}

TEST_CASE("the blocks' weights are of the kind that was asked for, the first layer's and the last one's are full") {
  for (const auto& [kind, bits] :
       {std::pair{Resnet20Options::Weights::binary, 1}, {Resnet20Options::Weights::ternary, 2}}) {
    for (const LayerReport& report : reports_of({.maps = 4, .weights = kind})) {
      if (report.weights.stored == 0) continue;
      CHECK(report.weights.bits == (report.name == "conv" || report.name == "classes" ? 32 : bits));
    }
  }
}

TEST_CASE("each kind of weights learns one batch in each stage, from the stage before") {
  for (const auto kind : kKinds) {
    Parameters<float> p(3);
    Resnet20<float> net(p, {.maps = 4, .weights = kind, .bits = 3});
    mog::testing::OneBatch batch(10, 8);
    for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
      CHECK(batch.smallest_loss(net, p, stage, 60, true) < 0.7F * std::log(10.0F));
    }
  }
}

TEST_CASE("networks that cannot be built and pictures that cannot be halved twice are refused") {
  Parameters<float> p;
  CHECK_THROWS_WITH_AS(Resnet20<float>(p, {.maps = 0}), "resnet20: 0 maps, expected 1 to 1024", std::invalid_argument);
  CHECK_THROWS_AS(Resnet20<float>(p, {.bits = 9}), std::invalid_argument);
  CHECK_THROWS_AS(Resnet20<float>(p, {.classes = 1}), std::invalid_argument);
  Resnet20<float> net(p, {.maps = 2});
  mog::Tape<float> tape;
  Pass<float> pass{.tape = tape};
  CHECK_THROWS_AS(net(pass, {mog::random_tensor<float>({2, 6, 8, 3}, 1)}), std::invalid_argument);
}
