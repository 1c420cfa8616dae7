// `mog verify`: a packed file beside its trained network, or beside what its plain loops say, over test
// images, code by code.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/json_text.hpp"
#include "apps/network_file.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::filesystem::path file, model;
  DataChoice data;
  Index images = 0;
  std::string engine = "runtime";
  bool layers = false, json = false;
};

/// The two sides. A packed file alone is compared with itself: the engine with the plain loops.
struct Sides {
  std::unique_ptr<TrainedModel> trained;  // or null, and `meant` is what the engine is compared with
  IntegerNetwork meant = {};
  ProvenNetwork network;
};

/// Which of the two files is which is told by their content, not by their order. Leaves the packed
/// file's name in model.
Sides load(Words& words) {
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

void run(Words words) {
  const Sides sides = load(words);
  const IntegerForward engine = engine_of(engine_named(words.engine), sides.network);
  Comparison comparison = sides.trained != nullptr ? Comparison(std::ref(sides.trained->network), sides.network, engine)
                                                   : Comparison(sides.meant, sides.network, engine);
  const Dataset test = words.data.load_measured({.height = sides.network->height, .width = sides.network->width});
  check_size(words.model, sides.network, test);
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
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "verify", "Compare a packed file with its checkpoint, or an engine with the plain loops, code by code");
  auto words = std::make_shared<Words>();
  command
      ->add_option("FILE", words->file,
                   "Checkpoint of the third run, as RUN/best.safetensors; or a packed file, for its plain loops")
      ->required();
  command->add_option("MODEL", words->model, "Packed file that was exported from it; without it FILE is, alone");
  words->data.add_options(*command);
  words->data.add_held_back(*command);
  command->add_option("--images", words->images, "The first N test images only; 0: all")
      ->capture_default_str()
      ->check(whole(0));
  command
      ->add_option(
          "--engine", words->engine,
          "runtime: the kernels that ship; reference: plain loops, which show every sum, too; c: the exported C, "
          "compiled by cc")
      ->capture_default_str()
      ->check(CLI::IsMember({"runtime", "reference", "c"}));
  command->add_flag("--layers", words->layers, "Count for every layer");
  command->add_flag("--json", words->json, "Print JSON");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
