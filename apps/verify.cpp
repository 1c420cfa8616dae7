// `mog verify`: a packed or ONNX file beside its trained network, or beside what the packed file's plain loops say, over
// test images, code by code.
#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/json_text.hpp"
#include "apps/network_file.hpp"
#include "apps/onnx_engine.hpp"
#include "apps/onnx_words.hpp"
#include "apps/verify_floats.hpp"
#include "apps/verify_report.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "deploy/lowering.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

/// The two sides. A packed file alone is compared with itself: the engine with the plain loops.
struct Sides {
  std::unique_ptr<TrainedModel> trained;  // or null, and `meant` is what the engine is compared with
  IntegerNetwork meant = {};
  ProvenNetwork network;
};

/// An ONNX file says no more than its answers: the network's sizes are those of the file that it was exported from.
Sides load_onnx(const VerifyWords& words) {
  require(!words.model.empty(), "verify: no ONNX file, expected one behind ", words.file.string());
  if (require_network(words.file) == NetworkKind::packed) {
    ProvenNetwork network = read_model(words.file);
    return {.trained = nullptr, .meant = network, .network = network};
  }
  auto trained = load_quantized(words.file);
  const auto& [height, width] = trained->size;
  ProvenNetwork network = lower(trained->network, trained->parameters.seed(),
                                {.height = height, .width = width, .class_names = trained->description.class_names});
  return {.trained = std::move(trained), .network = std::move(network)};
}

/// Which of the two files is which is told by their content, not by their order. Leaves the packed
/// file's name in model.
Sides load(VerifyWords& words) {
  if (words.onnx()) return load_onnx(words);
  const bool packed = require_network(words.file) == NetworkKind::packed;
  require(packed || !words.model.empty(), "verify: the checkpoint ", words.file.string(),
          " alone, expected also the packed file that was exported from it");
  if (words.model.empty()) words.model = words.file;
  if (packed && require_network(words.model) == NetworkKind::checkpoint) std::swap(words.file, words.model);
  require(words.file != words.model || engine_named(words.engine) != Engine::reference,
          "verify: the plain loops are what a packed file is compared with, expected --engine runtime or c");
  Sides sides{.trained = nullptr, .meant = {}, .network = read_model(words.model)};
  if (require_network(words.file) == NetworkKind::packed) {
    sides.meant = read_model(words.file).network();
  } else {
    sides.trained = load_quantized(words.file);
    check_fit(words.model, sides.network, *sides.trained);
  }
  return sides;
}

/// An engine, and what it does before a batch: that of an ONNX file runs a child.
struct VerifiedEngine {
  IntegerForward forward;
  std::function<void(std::span<const std::uint8_t>)> prepare;
};

/// One for each time that a file is run.
std::vector<VerifiedEngine> engines_of(const VerifyWords& words, const ProvenNetwork& network, const Dataset& test) {
  if (!words.onnx()) return {{.forward = engine_of(engine_named(words.engine), network), .prepare = [](auto) {}}};
  std::vector<VerifiedEngine> engines;
  for (const std::string& level : words.levels()) {
    auto onnx = std::make_shared<OnnxEngine>(OnnxChild(words.model, words.engine, level), network, test,
                                             OnnxEngineOptions{.layers = words.layers, .images = words.images});
    engines.push_back({.forward = [onnx](auto pixels, auto class_sums,
                                         const MapObserver& observer) { onnx->run(pixels, class_sums, observer); },
                       .prepare = [onnx](auto pixels) { onnx->prepare(pixels); }});
  }
  return engines;
}

/// What a packed file's engines are compared with: run once, however many they are.
IntegerForward expected_of(const VerifyWords& words, const Sides& sides, Index batch) {
  if (words.against == "runtime") return remembered(engine_of(Engine::runtime, sides.network), batch, false);
  const IntegerForward loops = [&meant = sides.meant](auto pixels, auto class_sums, const MapObserver& observer) {
    run_reference(meant, pixels, class_sums, observer);
  };
  return words.onnx() ? remembered(loops, batch, words.layers) : loops;
}

std::deque<Comparison> compare_all(const VerifyWords& words, const Sides& sides, const Dataset& test) {
  const Index batch = words.onnx() && words.layers ? OnnxEngine::kWithLayers : 50;
  const IntegerForward expected = sides.trained != nullptr ? IntegerForward() : expected_of(words, sides, batch);
  std::deque<Comparison> comparisons;
  const std::vector<VerifiedEngine> engines = engines_of(words, sides.network, test);
  for (const VerifiedEngine& engine : engines) {
    if (sides.trained != nullptr) {
      comparisons.emplace_back(std::ref(sides.trained->network), sides.network, engine.forward);
    } else {
      comparisons.emplace_back(sides.meant, expected, sides.network, engine.forward);
    }
  }
  compare(comparisons, test, words.images, batch,
          [&engines](std::size_t i, std::span<const std::uint8_t> pixels) { engines[i].prepare(pixels); });
  return comparisons;
}

void check_words(const VerifyWords& words) {
  require(!words.bound && !words.turned,
          "verify: --bound and --turned are of a checkpoint and the ONNX file of floats that was exported from it");
  require(words.against == "reference" ||
              (words.onnx() && !words.layers && require_network(words.file) == NetworkKind::packed),
          "verify: --against runtime is for the class sums of a packed file's ONNX file, expected neither a checkpoint "
          "nor another engine nor --layers");
}

/// The evaluation's graph, which has no integers to compare.
bool holds_floats(const VerifyWords& words) {
  return words.onnx() && !words.model.empty() && require_network(words.file) == NetworkKind::checkpoint &&
         OnnxChild(words.model, words.engine, {}).says(kCheckpointChecksum);
}

void run(VerifyWords words) {
  const std::vector<std::string> levels = words.levels();
  if (holds_floats(words)) {
    verify_floats(words);
    return;
  }
  check_words(words);
  const Sides sides = load(words);
  const Dataset test = words.data.load_measured({.height = sides.network->height, .width = sides.network->width});
  check_size(words.model, sides.network, test);
  const std::deque<Comparison> comparisons = compare_all(words, sides, test);

  bool agree = true;
  nlohmann::ordered_json json;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Compared compared{
        .trained = sides.trained != nullptr, .classes = sides.network->head.classes, .level = levels[i]};
    if (words.json) {
      json.push_back(json_of(words, compared, comparisons[i]));
    } else {
      print_table(words, compared, comparisons[i]);
    }
    agree = agrees(words, compared, comparisons[i]) && agree;
  }
  if (words.json) std::printf("%s\n", json_text(levels.size() == 1 ? json.front() : json).c_str());
  if (!agree) throw Exit{kFailure};
}

}  // namespace

std::vector<std::string> VerifyWords::levels() const {
  require(level.empty() || engine == "onnxruntime", "verify: --onnx-level ", level,
          " is of --engine onnxruntime, not of ", engine);
  if (engine != "onnxruntime") return {""};
  if (level.empty()) return {"all"};
  constexpr std::array kLevels = {"disabled", "basic", "extended", "all"};
  std::vector<std::string> words = split(level, ',');
  for (const std::string& word : words) {
    require(std::find(kLevels.begin(), kLevels.end(), word) != kLevels.end(), "verify: --onnx-level ", word,
            ", expected disabled, basic, extended or all");
  }
  return words;
}

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "Compare a packed or ONNX file with its checkpoint, or an engine with the plain loops, code by code");
  auto words = std::make_shared<VerifyWords>();
  command
      ->add_option(
          "FILE", words->file,
          "Checkpoint of the third run, as RUN/best.safetensors; or a packed file, for its plain loops; beside "
          "an ONNX file of floats a checkpoint of any model and run")
      ->required();
  command->add_option("MODEL", words->model,
                      "Packed or ONNX file that was exported from it; without it FILE is, alone");
  words->data.add_options(*command);
  words->data.add_held_back(*command);
  command->add_option("--images", words->images, "The first N test images only; 0: all")
      ->capture_default_str()
      ->check(whole(0));
  command
      ->add_option(
          "--engine", words->engine,
          "runtime: the kernels that ship; reference: plain loops, which show every sum, too; c: the exported C, "
          "compiled by cc; onnxruntime, opencv: what is installed of them, on an ONNX file")
      ->capture_default_str()
      ->check(CLI::IsMember({"runtime", "reference", "c", "onnxruntime", "opencv"}));
  command
      ->add_option(
          "--against", words->against,
          "Of a packed file, what its ONNX file's class sums are compared with: its plain loops, or the kernels "
          "that ship, which are many times as fast")
      ->capture_default_str()
      ->check(CLI::IsMember({"reference", "runtime"}));
  command->add_option("--onnx-level", words->level,
                      "How far ONNX Runtime rewrites the graph: disabled, basic, extended or all (the default), or "
                      "several with commas between them, each compared");
  command
      ->add_option("--bound", words->bound,
                   "Of an ONNX file of floats: how far a logit may lie off, as a share of its picture's largest; 2e-5")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--turned", words->turned,
                   "The same, where activations are codes: share of the pictures that may lie further off, by a code "
                   "that turned; 0.1")
      ->check(CLI::Range(0.0, 1.0));
  command->add_flag("--layers", words->layers, "Count for every layer");
  command->add_flag("--json", words->json, "Print JSON");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
