// MOGNET: the published sizes, the description that its layers give of themselves, and that it learns.
#include "models/mognet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/random.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::Index;
using mog::LayerReport;
using mog::Mognet;
using mog::MognetOptions;
using mog::Parameters;
using mog::Pass;
using mog::Stage;
using mog::Tensor;

namespace {

std::vector<LayerReport> reports_of(const MognetOptions& options, const mog::Shape& images) {
  Parameters<float> p;
  Mognet<float> net(p, options);
  mog::Tape<float> tape;
  tape.set_recording(false);
  std::vector<LayerReport> reports;
  Pass<float> pass{.tape = tape, .training = false, .observer = [&](const LayerReport& report, const auto& output) {
                     reports.push_back(report);
                     CHECK(output.shape()[0] == images[0]);
                   }};
  net(pass, {mog::random_tensor<float>(images, 1)});
  return reports;
}

/// Stored weights' bits; normalisation constants are reported beside them.
Index weight_bits(const MognetOptions& options) {
  Index bits = 0;
  for (const LayerReport& report : reports_of(options, {1, 8, 8, 3})) bits += report.weight_bits();
  return bits;
}

/// Gradient descent on one batch through the three runs; the smallest loss of each.
std::vector<float> smallest_losses(int steps) {
  Parameters<float> p(3);
  Mognet<float> net(p, {.maps = 8, .groups = 2, .bits = 2});
  mog::testing::OneBatch batch(10, 16);
  std::vector<float> smallest;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    smallest.push_back(batch.smallest_loss(net, p, stage, steps, true));
  }
  return smallest;
}

}  // namespace

TEST_CASE("the weights take the bits that the paper's table prints, with a binary head") {
  CHECK(weight_bits({.maps = 128, .groups = 8, .bits = 3, .classes = 10}) == 1126144);
  CHECK(weight_bits({.maps = 128, .groups = 4, .bits = 3, .classes = 10}) == 1715968);
  CHECK(weight_bits({.maps = 128, .groups = 8, .bits = 3, .classes = 100}) == 1172224);
  CHECK(weight_bits({.maps = 128, .groups = 4, .bits = 3, .classes = 100}) == 1762048);
}

TEST_CASE("a ternary head takes one bit more for each of its weights") {
  constexpr auto kTernary = MognetOptions::Head::ternary;
  CHECK(weight_bits({.maps = 128, .groups = 8, .bits = 3, .classes = 10, .head = kTernary}) == 1131264);
  CHECK(weight_bits({.maps = 128, .groups = 4, .bits = 3, .classes = 10, .head = kTernary}) == 1721088);
  CHECK(weight_bits({.maps = 128, .groups = 8, .bits = 3, .classes = 100, .head = kTernary}) == 1223424);
  CHECK(weight_bits({.maps = 128, .groups = 4, .bits = 3, .classes = 100, .head = kTernary}) == 1813248);
}

TEST_CASE("one forward pass describes the whole network: weights, generated ones, constants and operations") {
  constexpr Index kN = 16, kG = 2;
  const std::vector<LayerReport> reports = reports_of({.maps = kN, .groups = kG}, {2, 32, 32, 3});
  Index bits = 0, generated = 0, constants = 0, macs = 0;
  std::set<std::string> names;
  for (const LayerReport& report : reports) {
    bits += report.weight_bits();
    generated += report.weights.generated;
    constants += report.constants;
    macs += report.macs;
    CHECK(names.insert(report.name).second);
    CHECK_FALSE(report.kind.empty());
  }
  CHECK(bits == weight_bits({.maps = kN, .groups = kG}));

  // By hand, from the paper's figure: inputs, outputs, side of the map of each CFLOG.
  Index expected_generated = 0, expected_macs = 32 * 32 * 27 * kN + 4 * 4 * 4 * kN * 10;
  Index normalised = kN + 10;
  const Index cflogs[][3] = {{1, 1, 32}, {1, 1, 32}, {1, 1, 32}, {1, 2, 16}, {2, 2, 16},
                             {2, 2, 16}, {2, 4, 8},  {4, 4, 8},  {4, 4, 8},  {4, 4, 4}};
  for (const auto& [in, out, side] : cflogs) {
    const Index c = in * kN, m = c / 2, o = out * kN;
    expected_generated += m * o;
    expected_macs += side * side * (c * m + 9 * m * m / kG + m * o);
    normalised += o;
  }
  CHECK(generated == expected_generated);
  CHECK(macs == expected_macs);
  CHECK(constants == 2 * normalised);
}

TEST_CASE("reports are of one image, whatever the batch") {
  const auto one = reports_of({.maps = 4, .groups = 1}, {1, 16, 16, 3});
  const auto five = reports_of({.maps = 4, .groups = 1}, {5, 16, 16, 3});
  REQUIRE(one.size() == five.size());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].macs == five[i].macs);
}

TEST_CASE("convolutions say what they are") {
  std::map<std::string, std::string> kinds;
  for (const LayerReport& report : reports_of({.maps = 8, .groups = 2}, {1, 8, 8, 3})) kinds[report.name] = report.kind;
  CHECK(kinds["conv"] == "3x3 ternary");
  CHECK(kinds["conv.norm"] == "batch norm");
  CHECK(kinds["cflog1.squeeze"] == "pointwise binary");
  CHECK(kinds["mrb2.b.group"] == "3x3 ternary g=2");
  CHECK(kinds["cflog4.expand"] == "pointwise generated");
  CHECK(kinds["head"] == "pointwise binary");
}

TEST_CASE("each stage gives one row of logits an image, in training and in evaluation") {
  Parameters<float> p;
  Mognet<float> net(p, {.maps = 4, .groups = 1, .classes = 7});
  mog::Tape<float> tape;
  const Tensor<float> images = mog::random_tensor<float>({3, 16, 8, 3}, 1);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    for (const bool training : {true, false}) {
      Pass<float> pass{.tape = tape, .stage = stage, .training = training};
      const Tensor<float> logits = net(pass, {images}).value;
      CHECK(logits.shape() == mog::Shape{3, 7});
      for (const float logit : logits.values()) CHECK(std::isfinite(logit));
    }
  }
}

TEST_CASE("in the quantized run every activation is a code 0 .. 2^k - 1") {
  Parameters<float> p;
  Mognet<float> net(p, {.maps = 8, .groups = 2, .bits = 2});
  mog::Tape<float> tape;
  int maps = 0;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .observer = [&](const LayerReport& report, const auto& y) {
                     if (report.holds != mog::Holds::codes) return;
                     ++maps;
                     const Tensor<float> codes = y.numbers();
                     for (const float q : codes.values()) REQUIRE((q == 0 || q == 1 || q == 2 || q == 3));
                   }};
  net(pass, {mog::random_tensor<float>({2, 16, 16, 3}, 1)});
  CHECK(maps == 1 + 10 + 3 + 3);
}

TEST_CASE("evaluation changes nothing, training moves the running statistics") {
  Parameters<float> p;
  Mognet<float> net(p, {.maps = 4, .groups = 1});
  mog::Tape<float> tape;
  const Tensor<float> images = mog::random_tensor<float>({2, 8, 8, 3}, 1);
  const auto moved = [&](bool training) {
    const float before = p.find_buffer("conv.norm.mean")->value[0];
    Pass<float> pass{.tape = tape, .training = training};
    net(pass, {images});
    return p.find_buffer("conv.norm.mean")->value[0] != before;
  };
  CHECK_FALSE(moved(false));
  CHECK(moved(true));
}

TEST_CASE("the network is a function of its seed") {
  const auto logits = [](std::uint64_t seed) {
    Parameters<float> p(seed);
    Mognet<float> net(p, {.maps = 4, .groups = 1});
    mog::Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = Stage::quantized_weights};
    return net(pass, {mog::random_tensor<float>({2, 8, 8, 3}, 1)}).value;
  };
  const Tensor<float> a = logits(1), b = logits(1), other = logits(2);
  CHECK(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
  CHECK_FALSE(std::equal(a.values().begin(), a.values().end(), other.values().begin()));
}

TEST_CASE("the three runs after each other learn one batch") {
  for (const float loss : smallest_losses(60)) CHECK(loss < 0.5F * std::log(10.0F));
}

TEST_CASE("networks that cannot be built are refused") {
  const auto build = [](const MognetOptions& options) {
    Parameters<float> p;
    Mognet<float>(p, options);
  };
  CHECK_THROWS_WITH_AS(build({.maps = 7}), "mognet: n = 7 output maps, expected an even number from 2 to 2048",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(build({.maps = 16, .groups = 3}), "mognet: g = 3 groups, expected a divisor of n / 2 = 8",
                       std::invalid_argument);
  CHECK_THROWS_AS(build({.maps = 16, .groups = 0}), std::invalid_argument);
  CHECK_THROWS_AS(build({.maps = 16, .bits = 9}), std::invalid_argument);
  CHECK_THROWS_AS(build({.maps = 16, .classes = 1}), std::invalid_argument);
}

TEST_CASE("images that the pooling cannot halve three times are refused by name") {
  Parameters<float> p;
  Mognet<float> net(p, {.maps = 4, .groups = 1});
  mog::Tape<float> tape;
  Pass<float> pass{.tape = tape};
  CHECK_THROWS_WITH_AS(net(pass, {mog::random_tensor<float>({2, 12, 12, 3}, 1)}),
                       "max_pool: x has shape [2, 3, 3, 16], expected [N, H, W, C] with even H and W",
                       std::invalid_argument);
  CHECK_THROWS_AS(net(pass, {mog::random_tensor<float>({2, 8, 8, 4}, 1)}), std::invalid_argument);
}
