// ETD's ResNets: the published sizes to the bit, the public code's parameter count, and that both forms learn.
#include "models/etd.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "core/random.hpp"
#include "layers/loss.hpp"

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

}  // namespace

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
  const Tensor<float> images = mog::random_tensor<float>({10, 8, 8, 3}, 2);
  const std::vector<std::int32_t> labels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  mog::Tape<float> tape;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
    float smallest = 1e9F;
    p.begin_epoch();
    for (int step = 0; step < 30; ++step) {
      Pass<float> pass{.tape = tape, .stage = stage};
      const auto loss = mog::softmax_cross_entropy(tape, net(pass, {images}), labels);
      smallest = std::min(smallest, loss.value[0]);
      tape.backward(loss);
      for (auto& parameter : p.trained()) {
        if (parameter.gradient.empty()) continue;
        double norm = 1e-12;  // of each tensor's gradient: the same step length for all of them
        for (const float g : parameter.gradient.values()) norm += static_cast<double>(g) * static_cast<double>(g);
        const auto rate = static_cast<float>(0.02 * std::sqrt(static_cast<double>(parameter.value.elements()) / norm));
        for (Index i = 0; i < parameter.value.elements(); ++i) parameter.value[i] -= rate * parameter.gradient[i];
      }
      p.clear_gradients();
      tape.reset();
    }
    CHECK(smallest < 0.7F * std::log(10.0F));
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
