// SLBF's networks: the sizes of MOGNET's Table II, their layers, and that they learn while selections move and stand.
#include "models/slbf.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::Index;
using mog::LayerReport;
using mog::Parameters;
using mog::Pass;
using mog::SlbfOptions;
using mog::SlbfResnet18;
using mog::SlbfVgg16;
using mog::Stage;
using mog::Tensor;

namespace {

struct Totals {
  Index bits = 0, index_bits = 0, macs = 0, stacked = 0, layers = 0;
};

template <class Network>
Totals totals_of(const SlbfOptions& options) {
  Parameters<float> p;
  Network net(p, options);
  mog::Tape<float> tape;
  tape.set_recording(false);
  Totals totals;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized_weights, .training = false};
  pass.observer = [&](const LayerReport& report, const auto&) {
    totals.bits += report.weight_bits();
    totals.index_bits += report.weights.index_bits;
    totals.macs += report.macs;
    totals.layers += report.weights.stored > 0 ? 1 : 0;
    totals.stacked += report.kind.starts_with("3x3 stacked") ? 1 : 0;
    if (report.weights.stored > 0) CHECK(report.weights.bits == 1);
  };
  net(pass, {mog::random_tensor<float>({1, 32, 32, 3}, 1)});
  return totals;
}

float learn(mog::Graph<float>& net, Parameters<float>& p, Stage stage, Index side) {
  return mog::testing::OneBatch(6, side, 3).smallest_loss(net, p, stage, 40);
}

std::vector<std::vector<float>> scores_of(const Parameters<float>& p) {
  std::vector<std::vector<float>> all;
  for (const auto& parameter : p.trained()) {
    if (!parameter.name.ends_with(".scores")) continue;
    const auto values = parameter.value.values();
    all.emplace_back(values.begin(), values.end());
  }
  return all;
}

template <class Network>
void check_learning(Index side) {
  Parameters<float> p(3);
  Network net(p, {.maps = 4, .parts = 2, .outputs_a_filter = 2, .classes = 3});
  const auto drawn = scores_of(p);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    CAPTURE(mog::name(stage));
    p.set_frozen(stage == Stage::quantized);
    const auto before = scores_of(p);
    CHECK(learn(net, p, stage, side) < 0.7F * std::log(3.0F));
    CHECK((scores_of(p) == before) == p.frozen());
  }
  CHECK(drawn.size() == (side == 32 ? 13 : 16));
}

}  // namespace

TEST_CASE("ResNet-18 has 1.664 and 1.710 Mb with its indices, VGG-16 1.844 and 1.890 Mb without") {
  const Totals ten = totals_of<SlbfResnet18<float>>({}), hundred = totals_of<SlbfResnet18<float>>({.classes = 100});
  // By hand: 3x3 layers of two blocks a stage at an eighth of a bit; first layer, ways and classes at one bit.
  const Index blocks = 4 * 9 * 64 * 64 + 9 * 64 * 128 + 3 * 9 * 128 * 128 + 9 * 128 * 256 + 3 * 9 * 256 * 256 +
                       9 * 256 * 512 + 3 * 9 * 512 * 512;
  const Index ways = 64 * 128 + 128 * 256 + 256 * 512;
  CHECK(ten.bits == blocks / 8 + ways + 9 * 3 * 64 + 5120);
  CHECK(ten.bits + ten.index_bits == 1'663'680);
  CHECK(hundred.bits + hundred.index_bits == 1'709'760);
  CHECK(ten.index_bits == 4 * 4 * (64 * 5 + 128 * 6 + 256 * 7 + 512 * 8));

  const Totals vgg = totals_of<SlbfVgg16<float>>({});
  CHECK(vgg.bits == 14'710'464 / 8 + 5120);
  CHECK(vgg.bits == 1'843'928);
  CHECK(totals_of<SlbfVgg16<float>>({.classes = 100}).bits == 1'890'008);
}

TEST_CASE("both networks have their published layers and multiply-accumulates") {
  const Totals resnet = totals_of<SlbfResnet18<float>>({}), vgg = totals_of<SlbfVgg16<float>>({});
  CHECK(resnet.layers == 1 + 16 + 3 + 1);
  CHECK(resnet.stacked == 16);
  CHECK(vgg.layers == 13 + 1);
  CHECK(vgg.stacked == 13);
  const auto square = [](Index side) { return side * side; };
  CHECK(resnet.macs == square(32) * 9 * (3 * 64 + 4 * 64 * 64) + square(16) * (64 * 128 * 10 + 3 * 9 * 128 * 128) +
                           square(8) * (128 * 256 * 10 + 3 * 9 * 256 * 256) +
                           square(4) * (256 * 512 * 10 + 3 * 9 * 512 * 512) + 5120);
  CHECK(vgg.macs == 9 * (square(32) * (3 * 64 + 64 * 64) + square(16) * (64 * 128 + 128 * 128) +
                         square(8) * (128 * 256 + 2 * 256 * 256) + square(4) * (256 * 512 + 2 * 512 * 512) +
                         square(2) * 3 * 512 * 512) +
                        5120);
}

TEST_CASE("each network learns a batch in each stage, its selections moving until they are frozen") {
  check_learning<SlbfResnet18<float>>(8);
  check_learning<SlbfVgg16<float>>(32);
}

TEST_CASE("networks that cannot be built are refused by the model's name") {
  const auto refused = [](const SlbfOptions& options, const char* message) {
    Parameters<float> p;
    CHECK_THROWS_WITH_AS(SlbfVgg16<float>(p, options), message, std::invalid_argument);
  };
  refused({.maps = 0}, "slbf-vgg16: 0 maps, expected 1 to 1024");
  refused({.maps = 6}, "slbf-vgg16: s = 4 parts, expected a divisor of 6 maps");
  refused({.maps = 4, .parts = 0}, "slbf-vgg16: s = 0 parts, expected a divisor of 4 maps");
  refused({.maps = 4, .outputs_a_filter = 8},
          "slbf-vgg16: m = 1/8 of the outputs, expected a whole number of filters for 4 maps");
  refused({.bits = 9}, "slbf-vgg16: k = 9 activation bits, expected 1 to 8");
  refused({.classes = 1}, "slbf-vgg16: 1 classes, expected 2 to 100000");
  Parameters<float> p;
  CHECK_THROWS_WITH_AS(SlbfResnet18<float>(p, {.maps = 6}), "slbf-resnet18: s = 4 parts, expected a divisor of 6 maps",
                       std::invalid_argument);
}

TEST_CASE("m is given as a share of the outputs") {
  const mog::ModelKind& kind = mog::find_model("slbf-resnet18");
  Parameters<float> p;
  const mog::ModelWords words = kind.complete({{"maps", "8"}, {"s", "2"}, {"m", "1/8"}});
  const mog::Graph<float> net = mog::ModelChoice{.model = kind.name, .words = words}.make(p);
  CHECK(net.nodes().size() == 1 + 8 * 3 + 3 + 2);
  REQUIRE(p.find("stage2.1.b.weight.filters") != nullptr);
  CHECK(p.find("stage2.1.b.weight.filters")->value.shape() == mog::Shape{1, 3, 3, 8, 2});
  CHECK_THROWS_WITH_AS(static_cast<void>(kind.complete({{"m", "1/3"}})),
                       "slbf-resnet18: m = 1/3, expected 1, 1/2, 1/4, 1/8 or 1/16", std::invalid_argument);
}
