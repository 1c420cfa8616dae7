// `mog verify`: a packed or ONNX file beside its trained network, or beside what the packed file's plain loops say, over
// test images, code by code.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/json_text.hpp"
#include "apps/network_file.hpp"
#include "apps/onnx_engine.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "deploy/lowering.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::filesystem::path file, model;
  DataChoice data;
  Index images = 0;
  std::string engine = "runtime", optimization = "all";
  bool layers = false, json = false;

  /// An engine that is not ours, and reads ONNX.
  [[nodiscard]] bool onnx() const { return engine == "onnxruntime" || engine == "opencv"; }
};

/// The two sides. A packed file alone is compared with itself: the engine with the plain loops.
struct Sides {
  std::unique_ptr<TrainedModel> trained;  // or null, and `meant` is what the engine is compared with
  IntegerNetwork meant = {};
  ProvenNetwork network;
};

/// An ONNX file says no more than its answers: the network's sizes are those of the file that it was exported from.
Sides load_onnx(const Words& words) {
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
Sides load(Words& words) {
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

void print_table(const Words& words, const Sides& sides, const Comparison& comparison) {
  const auto number = [](Index value) { return static_cast<long long>(value); };
  if (words.layers) {
    std::printf("%-18s %-6s %14s %12s\n", "layer", "what", "values", "differing");
    for (const LayerComparison& layer : comparison.layers()) {
      std::printf("%-18s %-6s %14lld %12lld\n", printable(layer.name).c_str(), layer.codes ? "codes" : "sums",
                  number(layer.values), number(layer.differing));
    }
  }
  Index codes = 0, sums = 0;
  for (const LayerComparison& layer : comparison.layers()) (layer.codes ? codes : sums) += layer.values;
  std::printf("images              %14lld\n", number(comparison.images()));
  std::printf("differing codes     %14lld of %lld\n", number(comparison.differing_codes()), number(codes));
  std::printf("differing sums      %14lld of %lld\n", number(comparison.differing_sums()), number(sums));
  if (sides.trained == nullptr && words.engine != "opencv") {
    std::printf("differing class sums%14lld of %lld\n", number(comparison.differing_class_sums()),
                number(comparison.images() * sides.network->head.classes));
  }
  std::printf("differing answers   %14lld\n", number(comparison.differing_answers()));
  std::printf("logits deviate by   %14.3g at most, the largest is %.3g\n", comparison.largest_deviation(),
              comparison.largest_logit());
  if (comparison.largest_magnitude() == 0) return;  // an engine that shows no sums
  const bool exact = sides.trained != nullptr && comparison.largest_magnitude() < 1 << 24;
  std::printf("latent magnitudes   %14lld at most in a pixel%s\n", number(comparison.largest_magnitude()),
              exact ? ": below 2^24, the trained floats were exact" : "");
}

void print_json(const Words& words, const Sides& sides, const Comparison& comparison) {
  nlohmann::ordered_json json{{sides.trained != nullptr ? "checkpoint" : "plain_loops", words.file.string()},
                              {"model", words.model.string()},
                              {"images", comparison.images()},
                              {"differing_codes", comparison.differing_codes()},
                              {"differing_sums", comparison.differing_sums()},
                              {"differing_class_sums", comparison.differing_class_sums()},
                              {"differing_answers", comparison.differing_answers()},
                              {"largest_deviation", comparison.largest_deviation()},
                              {"largest_logit", comparison.largest_logit()},
                              {"largest_magnitude", comparison.largest_magnitude()}};
  if (words.layers) {
    for (const LayerComparison& layer : comparison.layers()) {
      json["layers"].push_back(
          {{"name", layer.name}, {"codes", layer.codes}, {"values", layer.values}, {"differing", layer.differing}});
    }
  }
  std::printf("%s\n", json_text(json).c_str());
}

IntegerForward engine_of(const Words& words, const ProvenNetwork& network, const Dataset& test) {
  if (!words.onnx()) return apps::engine_of(engine_named(words.engine), network);
  auto onnx = std::make_shared<OnnxEngine>(
      words.model, network, test,
      OnnxEngineOptions{
          .engine = words.engine, .optimization = words.optimization, .layers = words.layers, .images = words.images});
  return [onnx](auto pixels, auto class_sums, const MapObserver& observer) { onnx->run(pixels, class_sums, observer); };
}

void run(Words words) {
  const Sides sides = load(words);
  const Dataset test = words.data.load_measured({.height = sides.network->height, .width = sides.network->width});
  check_size(words.model, sides.network, test);
  const IntegerForward engine = engine_of(words, sides.network, test);
  Comparison comparison = sides.trained != nullptr ? Comparison(std::ref(sides.trained->network), sides.network, engine)
                                                   : Comparison(sides.meant, sides.network, engine);
  compare(comparison, test, words.images);

  (words.json ? print_json : print_table)(words, sides, comparison);
  if (const auto& first = comparison.first()) {
    std::fprintf(
        stderr,
        "mog: %s: the first difference is in layer %s, image %lld, row %lld, column %lld, channel %lld: %d, the "
        "%s %.10g\n",
        printable(words.model).c_str(), printable(first->layer).c_str(), static_cast<long long>(first->image),
        static_cast<long long>(first->row), static_cast<long long>(first->column),
        static_cast<long long>(first->channel), first->integer,
        sides.trained != nullptr ? "trained network has" : "plain loops have", first->expected);
    throw Exit{kFailure};
  }
  // An ONNX file need not show its codes. Logits of floats need not be the class sums, but have to give the same answer.
  const Index sums = words.engine == "opencv" ? 0 : comparison.differing_class_sums();
  if (!words.onnx() || (sums == 0 && comparison.differing_answers() == 0)) return;
  std::fprintf(stderr, "mog: %s: %lld class sums and %lld answers differ\n", printable(words.model).c_str(),
               static_cast<long long>(sums), static_cast<long long>(comparison.differing_answers()));
  throw Exit{kFailure};
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "Compare a packed or ONNX file with its checkpoint, or an engine with the plain loops, code by code");
  auto words = std::make_shared<Words>();
  command
      ->add_option("FILE", words->file,
                   "Checkpoint of the third run, as RUN/best.safetensors; or a packed file, for its plain loops")
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
  command->add_option("--onnx-level", words->optimization, "How far ONNX Runtime rewrites the graph")
      ->capture_default_str()
      ->check(CLI::IsMember({"disabled", "basic", "extended", "all"}));
  command->add_flag("--layers", words->layers, "Count for every layer");
  command->add_flag("--json", words->json, "Print JSON");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
