// ONNX files of trained graphs: computed operator by operator, they have the evaluation's logits.
#include "deploy/onnx/float_graph.hpp"

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "models/model.hpp"
#include "models/resnet.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/deploy/onnx/interpreter.hpp"
#include "tests/deploy/random_mognet.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// The largest distance between the file's logits and the evaluation's, over the largest logit.
double deviation(Graph<float>& network, const FloatOnnxOptions& options, std::uint64_t seed) {
  const TemporaryFolder folder;
  export_float_onnx(network, folder / "network.onnx", options);
  const OnnxModel model = read_onnx(bytes_of_file(folder / "network.onnx"));
  const auto pixels = random_pixels(options.height * options.width * 3, seed);
  OnnxTensor planes{{1, 3, options.height, options.width}, {}};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t p = c; p < pixels.size(); p += 3) planes.values.push_back(pixels[p]);
  }
  const auto found = OnnxInterpreter(model).run(planes).at("logits").values;

  Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = options.stage, .training = false};
  const Tensor<float> image({1, options.height, options.width, 3});
  for (Index i = 0; i < image.elements(); ++i) {
    image[i] = (static_cast<float>(pixels[static_cast<std::size_t>(i)]) - 128) / 128;
  }
  const Tensor<float> logits = network(pass, {image}).value;
  REQUIRE(logits.elements() == static_cast<Index>(found.size()));
  double largest = 0, furthest = 0;
  for (Index i = 0; i < logits.elements(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(logits[i])));
    furthest = std::max(furthest, std::abs(found[static_cast<std::size_t>(i)] - static_cast<double>(logits[i])));
  }
  REQUIRE(largest > 0.01);
  return furthest / largest;
}

/// Statistics that fit its sums, and scales and shifts of all kinds.
void settle(Parameters<float>& parameters, Graph<float>& network, Stage stage, Index side = 16) {
  Tape<float> tape;
  tape.set_recording(false);
  for (int t = 0; t < 4; ++t) {
    Pass<float> pass{.tape = tape, .stage = stage, .momentum_limit = t / (t + 1.0)};
    network(pass, {random_tensor<float>({8, side, side, 3}, static_cast<std::uint64_t>(t + 1))});
  }
  Random random(3, Purpose::user);
  for (auto& parameter : parameters.trained()) {
    const bool gamma = parameter.name.ends_with(".gamma"), beta = parameter.name.ends_with(".beta");
    for (Index i = 0; (gamma || beta) && i < parameter.value.elements(); ++i) {
      parameter.value[i] = gamma ? random.uniform(-1.0F, 1.5F) : random.uniform(-0.2F, 0.9F);
    }
  }
}

}  // namespace

TEST_CASE("A ResNet's file has the evaluation's logits, in every stage, with every kind of weight, folded or not") {
  using Weights = Resnet20Options::Weights;
  for (const Weights weights : {Weights::full, Weights::binary, Weights::ternary}) {
    for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
      for (const bool fold : {false, true}) {
        Parameters<float> parameters(7);
        Resnet20<float> network(parameters, {.maps = 4, .weights = weights, .bits = 2, .classes = 5});
        settle(parameters, network, stage);
        CAPTURE(static_cast<int>(weights));
        CAPTURE(static_cast<int>(stage));
        CAPTURE(fold);
        CHECK(deviation(network, {.stage = stage, .height = 16, .width = 16, .fold = fold}, 2) < 2e-5);
      }
    }
  }
}

TEST_CASE("Every model of the list has a file with the evaluation's logits") {
  for (const ModelKind& kind : models()) {
    ModelWords words;
    for (const ModelOption& option : kind.options) {
      if (option.name == "maps" || option.name == "n") words[option.name] = "8";
      if (option.name == "g") words[option.name] = "2";
      if (option.name == "width") words[option.name] = "1/8";
    }
    const Index side = std::max(Index{16}, kind.side_multiple);
    for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
      Parameters<float> parameters(3);
      Graph<float> network = kind.make(parameters, kind.complete(words), 5);
      parameters.begin_epoch();
      settle(parameters, network, stage, side);
      CAPTURE(kind.name);
      CAPTURE(static_cast<int>(stage));
      CHECK(deviation(network, {.stage = stage, .height = side, .width = side}, 6) < 5e-5);
    }
  }
}

TEST_CASE("A MOGNET's file has the evaluation's logits in the stages before its codes, too") {
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    for (const int bits : {1, 3}) {
      RandomMognet trained({.maps = 8, .groups = 2, .bits = bits, .classes = 5});
      CAPTURE(static_cast<int>(stage));
      CAPTURE(bits);
      CHECK(deviation(trained.network, {.stage = stage, .height = 16, .width = 16}, 4) < 2e-5);
      FloatOnnxOptions floats{.stage = stage, .height = 8, .width = 24};
      floats.onnx.input = OnnxOptions::Input::real;
      CHECK(deviation(trained.network, floats, 5) < 2e-5);
    }
  }
}
