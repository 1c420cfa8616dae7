// The hybrid MobileNet: its weights, what is ternary, what stands still while frozen, and that it learns in each phase.
#include "models/hybrid_mobilenet.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::HybridMobilenet;
using mog::Index;
using mog::LayerReport;
using mog::Parameters;
using mog::Pass;
using mog::Stage;

namespace {

template <class See>
void observe(HybridMobilenet<float>& net, Stage stage, const See& see) {
  mog::Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = stage, .training = false, .observer = see};
  net(pass, {mog::random_tensor<float>({1, 32, 32, 3}, 1)});
}

}  // namespace

TEST_CASE("width 1/2 without banks is MobileNet: 812,768 weights, and 13 depthwise and pointwise layers") {
  Parameters<float> p;
  HybridMobilenet<float> net(p, {.maps = 16, .full_share = 1});
  Index weights = 0, pointwise = 0, normalised = 0, layers = 0;
  observe(net, Stage::quantized_weights, [&](const LayerReport& report, const auto&) {
    CHECK(report.weights.bits == 32);
    weights += report.weights.stored;
    if (report.kind.starts_with("pointwise")) pointwise += report.weights.stored;
    if (report.kind == "batch norm") normalised += report.constants / 2;
    layers += report.weights.stored > 0 ? 1 : 0;
  });
  CHECK(weights == 812'768);
  CHECK(pointwise == 784'896);
  CHECK(normalised == 16 + 2480 + 2976);
  CHECK(layers == 1 + 2 * 13 + 1);
}

TEST_CASE("a quarter of the filters is full, the others a bank of ternary weights with half as many products") {
  Parameters<float> p;
  HybridMobilenet<float> net(p, {.maps = 16, .full_share = 0.25, .hidden_share = 0.5});
  std::set<std::string> ternary;
  observe(net, Stage::quantized_weights, [&](const LayerReport& report, const mog::Variable<float>& y) {
    if (report.weights.bits == 2) ternary.insert(report.name);
    if (report.name == "block7.full") CHECK(y.shape()[-1] == 64);
    if (report.name == "block7.hidden") CHECK(y.shape()[-1] == 128);
    if (report.name == "block7.bank") CHECK(y.shape()[-1] == 192);
    if (report.name == "block7.maps") CHECK(y.shape() == mog::Shape{1, 4, 4, 256});
  });
  CHECK(ternary.size() == 26);
  CHECK(ternary.contains("block13.hidden"));
  CHECK(ternary.contains("block13.bank"));
}

TEST_CASE("it learns one batch in full precision, with ternary weights, and while these are frozen") {
  Parameters<float> p(3);
  HybridMobilenet<float> net(p, {.maps = 4});
  mog::testing::OneBatch batch(10, 16);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
    CAPTURE(stage == Stage::full_precision);
    CHECK(batch.smallest_loss(net, p, stage, 60) < 0.7F * std::log(10.0F));
  }

  std::map<std::string, std::vector<float>> before;
  for (const auto& parameter : p.trained()) {
    before[parameter.name] = {parameter.value.values().begin(), parameter.value.values().end()};
  }
  p.set_frozen(true);
  batch.step(net, p, Stage::quantized_weights);
  for (const auto& parameter : p.trained()) {
    CAPTURE(parameter.name);
    const bool ternary = parameter.name.ends_with(".hidden.weight") || parameter.name.ends_with(".bank.weight");
    const auto values = parameter.value.values();
    CHECK(std::equal(values.begin(), values.end(), before[parameter.name].begin()) == ternary);
  }
}

TEST_CASE("networks that cannot be built are refused") {
  Parameters<float> p;
  const auto refused = [&](const mog::HybridMobilenetOptions& options, const char* message) {
    CHECK_THROWS_WITH_AS(HybridMobilenet<float>(p, options), message, std::invalid_argument);
  };
  refused({.maps = 0}, "hybrid-mobilenet: 0 maps, expected 1 to 128");
  refused({.full_share = 0}, "hybrid-mobilenet: alpha = 0, expected 0 < alpha <= 1");
  refused({.hidden_share = 5}, "hybrid-mobilenet: r = 5 of the outputs, expected 0 < r <= 4");
  refused({.bits = 9}, "hybrid-mobilenet: k = 9 activation bits, expected 1 to 8");
  refused({.classes = 1}, "hybrid-mobilenet: 1 classes, expected 2 to 100000");
}
