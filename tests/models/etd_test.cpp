// ETD's ResNets: the published sizes to the bit, the public code's parameter count, and that both forms learn.
#include "models/etd.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/random.hpp"
#include "core/safetensors.hpp"
#include "layers/loss.hpp"
#include "tests/models/one_batch.hpp"

using mog::Etd;
using mog::EtdOptions;
using mog::Index;
using mog::LayerReport;
using mog::Parameters;
using mog::Pass;
using mog::Stage;
using mog::Tensor;

namespace {

std::vector<LayerReport> reports_of(const EtdOptions& options, Stage stage = Stage::quantized_weights) {
  Parameters<float> p;
  Etd<float> net(p, options);
  mog::Tape<float> tape;
  tape.set_recording(false);
  std::vector<LayerReport> reports;
  Pass<float> pass{
      .tape = tape, .stage = stage, .training = false, .observer = [&](const LayerReport& one, const auto&) {
        reports.push_back(one);
      }};
  net(pass, {mog::random_tensor<float>({1, 32, 32, 3}, 1)});
  return reports;
}

/// Of weights, normalisations (scale and shift) and the last layer's bias: 32 bits each.
Index parameters_of(const EtdOptions& options) {
  Index numbers = 0;
  for (const LayerReport& one : reports_of(options)) {
    CHECK((one.weights.stored == 0 || one.weights.bits == 32));
    CHECK(mog::etd_kind(options.depth).counted_bits(one) == 32 * (one.weights.stored + one.constants));
    numbers += one.weights.stored + one.constants;
  }
  return numbers;
}

/// Element i, in memory order, of the tensor called `name`: the hash that tests/golden/make_etd_golden.py makes them by.
Tensor<double> hashed(const std::string& name, const mog::Shape& shape, double low, double high) {
  std::uint32_t seed = 0;
  for (std::size_t k = 0; k < name.size(); ++k) {
    seed += static_cast<std::uint32_t>((k + 1) * static_cast<unsigned char>(name[k]));
  }
  Tensor<double> tensor(shape);
  for (Index i = 0; i < tensor.elements(); ++i) {
    std::uint32_t z = static_cast<std::uint32_t>(i + 1) * 0x9E3779B1U + seed * 0x85EBCA6BU;
    z = (z ^ (z >> 15)) * 0x2C1B3C6DU;
    z = (z ^ (z >> 12)) * 0x297A2D39U;
    z ^= z >> 15;
    tensor[i] = low + (high - low) * (static_cast<double>(z) / 4294967296.0);
  }
  return tensor;
}

/// The bounds that the script draws a parameter of this name within.
std::pair<double, double> bounds(const std::string& name) {
  if (name.ends_with(".gamma")) return {0.5, 1};
  if (name.ends_with(".beta")) return {0, 0.5};
  return name.starts_with("classes.") ? std::pair{-0.2, 0.2} : std::pair{-1.0, 1.0};
}

double dot(const Tensor<double>& a, const Tensor<double>& b) {
  double sum = 0;
  for (Index i = 0; i < a.elements(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

TEST_CASE(
    "a training step's loss, logits and gradients are those of an independent PyTorch network, dense and as cores") {
  const auto file = mog::SafetensorsFile::read(std::string(MOG_GOLDEN_DIR) + "/etd_resnet20.safetensors");
  for (const auto& [stage, prefix] :
       {std::pair{Stage::full_precision, "dense."}, {Stage::quantized_weights, "cores."}}) {
    Parameters<double> p;
    Etd<double> net(p, {});
    for (auto& one : p.trained()) {
      const auto [low, high] = bounds(one.name);
      one.value.copy_from(hashed(one.name, one.value.shape(), low, high));
    }
    mog::Tape<double> tape;
    Pass<double> pass{.tape = tape, .stage = stage};
    const auto logits = net(pass, {hashed("images", {4, 8, 8, 3}, -1, 1)});
    const auto loss = mog::softmax_cross_entropy(tape, logits, std::vector<std::int32_t>{0, 2, 4, 6});
    const auto expected = file.tensor<double>(mog::concat(prefix, "logits"));
    for (Index i = 0; i < 40; ++i) CHECK(logits.value[i] == doctest::Approx(expected[i]).epsilon(1e-10).scale(1));
    CHECK(loss.value[0] == doctest::Approx(file.tensor<double>(mog::concat(prefix, "loss"))[0]).epsilon(1e-12));

    tape.backward(loss);
    Index compared = 0;
    for (const auto& one : p.trained()) {
      if (one.gradient.empty()) continue;  // of the other form
      INFO(one.name);
      const auto sums = file.tensor<double>(mog::concat(prefix, "grad.", one.name));
      CHECK(sums[0] > 0);
      CHECK(std::sqrt(dot(one.gradient, one.gradient)) == doctest::Approx(sums[0]).epsilon(1e-9).scale(0));
      for (int k = 0; k < 3; ++k) {
        const double sum = dot(one.gradient, hashed(mog::concat(k, ".", one.name), one.value.shape(), -1, 1));
        CHECK(std::abs(sum - sums[k + 1]) < 1e-8 * sums[0]);
      }
      ++compared;
    }
    const auto in_file = std::count_if(
        file.entries().begin(), file.entries().end(),
        [&, part = std::string(prefix)](const auto& entry) { return entry.name.starts_with(part + "grad."); });
    CHECK(compared == in_file);
  }
}

TEST_CASE("the four networks have the sizes of Table II: 1.947, 3.792, 2.540 and 2.826 Mb") {
  CHECK(32 * parameters_of({.depth = 20, .classes = 10}) == 1947072);
  CHECK(32 * parameters_of({.depth = 20, .classes = 100}) == 3792320);
  CHECK(32 * parameters_of({.depth = 32, .classes = 10}) == 2540160);
  CHECK(32 * parameters_of({.depth = 32, .classes = 100}) == 2826176);
}

TEST_CASE("with the public code's ranks ResNet-32 has the 166,664 parameters that its shapes come to") {
  CHECK(parameters_of({.depth = 32, .code_ranks = true}) == 166664);
}

TEST_CASE("ranks that are given count in place of Table II's, and more than a train can have are all of it") {
  CHECK(parameters_of({.ranks = {7, 11, 22}, .classes = 100}) == parameters_of({}) + 90 * 65);
  std::map<std::string, Index> whole;
  for (const LayerReport& one : reports_of({.ranks = {64, 64, 64}})) whole[one.name] = one.weights.stored;
  CHECK(whole["stage1.1.a"] == 16 * 16 + 16 * 9 * 16 + 16 * 16);
  CHECK(whole["conv"] == 27 * 16);
  CHECK(whole["classes"] == 640);
}

TEST_CASE("dense, the network has 269,722 parameters, and 464,154 with 32 layers; the shortcut has none") {
  for (const auto& [depth, expected] : {std::pair{20, 269722}, {32, 464154}}) {
    Parameters<float> p;
    Etd<float> net(p, {.depth = depth});
    Index numbers = 0;
    for (const auto& one : p.trained()) {
      if (one.name.find(".core") == std::string::npos) numbers += one.value.elements();
    }
    CHECK(numbers == expected);
  }
}

TEST_CASE("dense weights learn one batch, and their cores go on from there") {
  Parameters<float> p(3);
  Etd<float> net(p, {});
  mog::testing::OneBatch batch(10, 8);
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
    p.begin_epoch();
    CHECK(batch.smallest_loss(net, p, stage, 30) < 0.7F * std::log(10.0F));
  }
}

TEST_CASE("networks that cannot be built are refused") {
  Parameters<float> p;
  const auto refused = [&](const EtdOptions& options, const char* message) {
    CHECK_THROWS_WITH_AS(Etd<float>(p, options), message, std::invalid_argument);
  };
  refused({.depth = 26}, "etd: depth 26, expected 20 or 32");
  refused({.ranks = {0, 65, 0}}, "etd: rank r2 = 65, expected 0 to 64");
  refused({.depth = 32, .ranks = {0, 0, 3}, .code_ranks = true}, "etd: rank r3 = 3 beside the public code's ranks");
  refused({.depth = 20, .code_ranks = true}, "etd: the public code has ranks for depth 32, not for 20");
  refused({.bits = 9}, "etd: k = 9 activation bits, expected 1 to 8");
  refused({.classes = 1}, "etd: 1 classes, expected 2 to 100000");
}
