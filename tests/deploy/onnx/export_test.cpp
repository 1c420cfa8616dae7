// ONNX files: read again and computed operator by operator, they answer as the reference engine does.
#include "deploy/onnx/export.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "deploy/lowering.hpp"
#include "deploy/onnx/graph.hpp"
#include "deploy/runtime/engine.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/deploy/onnx/interpreter.hpp"
#include "tests/deploy/random_mognet.hpp"
#include "tests/deploy/runtime/tiny_network.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// Writes a file by `write(path)` and reads it.
OnnxModel written(const auto& write) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "network.onnx";
  write(path);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return read_onnx(bytes.str());
}

OnnxTensor planes(const IntegerNetwork& network, const std::vector<std::uint8_t>& pixels) {
  OnnxTensor planes{{1, 3, network.height, network.width}, {}};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t p = c; p < pixels.size(); p += 3) planes.values.push_back(pixels[p]);
  }
  return planes;
}

/// How many numbers differ from the reference engine's: codes of all layers, and class sums or the answer.
Index differing(const IntegerNetwork& network, const OnnxModel& model, const std::vector<std::uint8_t>& pixels) {
  const auto tensors = OnnxInterpreter(model).run(planes(network, pixels));
  std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network.head.classes));
  Index differ = 0, compared = 0;
  run_reference(network, pixels, class_sums, [&](const IntegerMap& map) {
    if (!map.codes()) return;
    const std::vector<double>& codes = tensors.at(onnx::identifier(std::string(map.name))).values;
    REQUIRE(codes.size() == map.values.size());
    const std::size_t channels = static_cast<std::size_t>(map.channels), area = codes.size() / channels;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      ++compared;
      differ += codes[i % channels * area + i / channels] != map.values[i] ? 1 : 0;
    }
  });
  REQUIRE(compared > 0);
  const auto& logits = tensors.at("logits").values;
  const auto found = tensors.find("class_sums");
  for (std::size_t c = 0; c < class_sums.size(); ++c) {
    const double logit = std::ldexp(static_cast<double>(class_sums[c]), -network.head.fraction_bits);
    if (found == tensors.end()) {
      differ += std::abs(logits[c] - logit) <= 1e-6 * (1 + std::abs(logit)) ? 0 : 1;
    } else {
      differ += found->second.values[c] != static_cast<double>(class_sums[c]) ? 1 : 0;
    }
  }
  if (found != tensors.end()) {
    differ += tensors.at("class").values.at(0) != static_cast<double>(best_class(class_sums)) ? 1 : 0;
  }
  return differ;
}

Index differing(const IntegerNetwork& network, const OnnxModel& model, std::uint64_t seed) {
  return differing(network, model, random_pixels(network.height * network.width * 3, seed));
}

IntegerNetwork random_network(int k, Index side) {
  RandomMognet trained({.maps = 8, .groups = 2, .bits = k, .classes = 5}, static_cast<std::uint64_t>(k), side);
  return lower(trained.network, trained.parameters.seed(), {.height = side, .width = side});
}

/// An expansion of 52 latent maps, all weights of its CFLOG's stored kernels +1: partial sums reach 52 (9 52 728).
IntegerNetwork wide_network() {
  const auto ones = [](WeightKind kind, Index count) {
    return pack_weights(kind, std::vector<std::int8_t>(static_cast<std::size_t>(count), 1));
  };
  const auto levels = [](Index channels, std::int32_t first, std::int32_t step) {
    Thresholds all{.falling = std::vector<std::uint8_t>(static_cast<std::size_t>(channels)), .levels = {}};
    for (Index c = 0; c < channels; ++c) {
      all.falling[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(c % 2);
      for (std::int32_t j = 0; j < 7; ++j) all.levels.push_back(first + static_cast<std::int32_t>(c) + j * step);
    }
    return all;
  };
  return {.height = 4,
          .width = 4,
          .bits = 3,
          .layers = {IntegerConv{.name = "conv",
                                 .in = 3,
                                 .out = 104,
                                 .weight = ones(WeightKind::ternary, 27 * 104),
                                 .thresholds = levels(104, -1500, 500)},
                     IntegerCflog{.name = "cflog1",
                                  .in = 104,
                                  .out = 6,
                                  .groups = 1,
                                  .automaton = 0,
                                  .squeeze = ones(WeightKind::binary, 104 * 52),
                                  .group = ones(WeightKind::ternary, 9 * 52 * 52),
                                  .thresholds = levels(6, -3'000'000, 1'000'001)}},
          .head = {.name = "head",
                   .in = 6,
                   .classes = 2,
                   .weight = ones(WeightKind::ternary, 12),
                   .multiplier = {1000, -999},
                   .offset = {0, 12'345'678'901},
                   .fraction_bits = 20},
          .class_names = {}};
}

}  // namespace

TEST_CASE("The standard graph has the reference engine's codes, class sums and class, k = 1 to 8") {
  for (int k = 1; k <= 8; ++k) {
    const IntegerNetwork network = k == 8 ? small_network(8) : random_network(k, k % 2 == 0 ? 8 : 16);
    using Weights = OnnxOptions::Weights;
    for (const auto weights : {Weights::float32, Weights::int8, Weights::bits}) {
      const OnnxModel model =
          written([&](const auto& path) { export_onnx(prove(network), path, {.weights = weights}); });
      for (std::uint64_t seed = 1; seed <= 2; ++seed) CHECK(differing(network, model, seed) == 0);
    }
  }
}

TEST_CASE("A head of floats and pixels of floats change no answer, and no comparison is a convolution's only reader") {
  for (const int k : {1, 2, 3}) {
    const IntegerNetwork network = random_network(k, 8);
    const OnnxModel model = written([&](const auto& path) {
      export_onnx(prove(network), path, {.input = OnnxOptions::Input::real, .head = OnnxOptions::Head::real});
    });
    CHECK(model.outputs == std::vector<std::string>{"logits"});
    CHECK(differing(network, model, std::uint64_t{3}) == 0);

    std::map<std::string, std::vector<std::string>> readers;  // the operations that read a tensor
    for (const OnnxNode& node : model.nodes) {
      for (const std::string& tensor : node.inputs) readers[tensor].push_back(node.operation);
    }
    for (const OnnxNode& node : model.nodes) {
      CAPTURE(node.outputs[0]);
      if (node.operation == "Conv") CHECK(readers[node.outputs[0]] != std::vector<std::string>{"Greater"});
    }
  }
}

TEST_CASE("Both dialects of QONNX have the reference engine's codes, and its logits") {
  for (int k = 1; k <= 3; ++k) {
    const IntegerNetwork network = random_network(k, 8);
    for (const QonnxDialect dialect : {QonnxDialect::quant, QonnxDialect::finn}) {
      const OnnxModel model = written([&](const auto& path) { export_qonnx(prove(network), path, dialect); });
      CHECK(differing(network, model, std::uint64_t{5}) == 0);
      CHECK(model.opsets == std::map<std::string, std::int64_t>{{"", 11}, {"qonnx.custom_op.general", 1}});
      CHECK(model.annotations.at("pixels") == "UINT8");
      CHECK((model.annotations.size() == 1) == (dialect == QonnxDialect::quant));
    }
  }
}

TEST_CASE("A map whose sum is half of what it can be does not select, in any dialect") {
  IntegerNetwork network = small_network(1);
  auto& conv = std::get<IntegerConv>(network.layers[0]);
  std::vector<std::int8_t> weights(9 * 3 * 4);
  for (std::size_t o = 0; o < 4; ++o) weights[4 * 3 * 4 + o] = 1;  // the middle tap of red
  conv.weight = pack_weights(WeightKind::ternary, weights);
  conv.thresholds = {.falling = {0, 0, 0, 0}, .levels = {0, 0, 0, 0}};
  network.layers.erase(network.layers.begin() + 1);  // the block's input is what the convolution gives
  std::vector<std::uint8_t> pixels(4 * 4 * 3);
  for (std::size_t p = 0; p < 16; ++p) pixels[3 * p] = p % 3 == 0 || p > 12 ? 200 : 50;  // 6 + 2 of 16
  const auto check = [&](const OnnxModel& model) {
    const auto tensors = OnnxInterpreter(model).run(planes(network, pixels));
    std::vector<std::int64_t> class_sums(3);
    run_reference(network, pixels, class_sums, [&](const IntegerMap& map) {
      if (map.name == "conv.activation") CHECK(std::count(map.values.begin(), map.values.end(), 1) == 4 * 8);
    });
    for (const double s : tensors.at("mrb1_s").values) CHECK(s == 0);
    CHECK(differing(network, model, pixels) == 0);
  };
  check(written([&](const auto& path) { export_onnx(prove(network), path); }));
  for (const QonnxDialect dialect : {QonnxDialect::quant, QonnxDialect::finn}) {
    check(written([&](const auto& path) { export_qonnx(prove(network), path, dialect); }));
  }
}

TEST_CASE("A sum that float32 may not hold is two convolutions that it holds") {
  const IntegerNetwork network = wide_network();
  OnnxReport report;
  const OnnxModel model = written([&](const auto& path) { report = export_onnx(prove(network), path); });
  CHECK(report.split == std::vector<std::string>{"cflog1_expand"});
  CHECK(report.not_proved.empty());
  for (std::uint64_t seed = 1; seed <= 4; ++seed) CHECK(differing(network, model, seed) == 0);
  // In QONNX a layer stays one node, and the report says so.
  written([&](const auto& path) { report = export_qonnx(prove(network), path, QonnxDialect::finn); });
  CHECK(report.not_proved == std::vector<std::string>{"cflog1_expand"});
}

TEST_CASE("The file says what it is, and lists the outputs that were asked for") {
  IntegerNetwork network = small_network(2);
  const OnnxModel model = written([&](const auto& path) {
    export_onnx(prove(network), path, {.layers = true, .metadata = {{"dataset", "ours"}}});
  });
  CHECK(model.ir_version == 7);
  CHECK(model.opsets == std::map<std::string, std::int64_t>{{"", 11}});
  CHECK(model.metadata.at("dataset") == "ours");
  CHECK(model.metadata.at("class_names") == "one\ntwo\nthree");
  CHECK(model.metadata.at("automata_seed") == std::to_string(0x0123456789ABCDEF));
  CHECK(model.metadata.at("activation_bits") == "2");
  CHECK(model.metadata.at("packed_file_md5").size() == 32);
  CHECK(model.inputs == std::vector<std::string>{"pixels"});
  CHECK(model.outputs == std::vector<std::string>{"conv_activation", "cflog1_activation", "mrb1_a_activation",
                                                  "mrb1_b_activation", "mrb1_mux", "pool1", "class", "class_sums",
                                                  "logits"});
}

TEST_CASE("What no graph can say is refused by the layer's name") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "network.onnx";
  IntegerNetwork network = small_network(2);
  std::get<IntegerPool>(network.layers[3]).name = "pool 1";
  CHECK_THROWS_WITH_AS(export_onnx(prove(network), path),
                       "onnx: a layer is named 'pool 1', expected a letter, then letters, digits, '_', '-' and '.'",
                       std::invalid_argument);
  std::get<IntegerPool>(network.layers[3]).name = "mrb1.mux";
  CHECK_THROWS_WITH_AS(export_onnx(prove(network), path), "onnx: two tensors are named mrb1_mux",
                       std::invalid_argument);
  network = small_network(5);
  CHECK_THROWS_WITH_AS(export_qonnx(prove(network), path, QonnxDialect::quant),
                       "qonnx: codes of 5 bits, expected 1 to 4", std::invalid_argument);
  network = small_network(2);
  std::get<IntegerConv>(network.layers[0]).thresholds.levels = {0, 1, 900, 0, 1, 900, 0, 1, 900, 0, 1, 900};
  CHECK_THROWS_WITH_AS(export_qonnx(prove(network), path, QonnxDialect::quant),
                       "qonnx: conv: channel 0: no line of float32 has its levels; --dialect finn writes them as they "
                       "are",
                       std::invalid_argument);
  CHECK_NOTHROW(export_qonnx(prove(network), path, QonnxDialect::finn));
  CHECK(std::filesystem::exists(path));
}
