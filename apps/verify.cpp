// `mog verify`: a trained network and its packed file side by side over test images, code by code.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "core/error.hpp"
#include "deploy/c_export/compiled.hpp"
#include "deploy/comparison.hpp"
#include "deploy/model_file.hpp"
#include "deploy/runtime.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::filesystem::path checkpoint, model;
  DataChoice data;
  Index images = 0;
  std::string engine = "runtime";
  bool layers = false, json = false;
};

/// As many runtimes as threads ask for one: a runtime serves one call at a time.
class Runtimes {
 public:
  explicit Runtimes(const IntegerNetwork& network) : network_(network) {}

  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const MapObserver& observer) {
    std::unique_ptr<Runtime> runtime = take();
    runtime->run_observed(pixels, class_sums, observer);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(runtime));
  }

 private:
  std::unique_ptr<Runtime> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Runtime>(network_, 1);
    std::unique_ptr<Runtime> runtime = std::move(free_.back());
    free_.pop_back();
    return runtime;
  }

  const IntegerNetwork& network_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Runtime>> free_;
};

/// The engine that the command line names.
IntegerForward engine_of(const Words& words, const IntegerNetwork& network) {
  if (words.engine == "reference") {
    return [&network](auto pixels, auto class_sums, const MapObserver& observer) {
      run_reference(network, pixels, class_sums, observer);
    };
  }
  if (words.engine == "c") {
    return [c = std::make_shared<c_export::Compiled>(network)](
               auto pixels, auto class_sums, const MapObserver& observer) { c->run(pixels, class_sums, observer); };
  }
  // What the runtime refuses, it refuses here, not within a parallel region.
  static_cast<void>(Runtime(network, 1));
  return [runtimes = std::make_shared<Runtimes>(network)](auto pixels, auto class_sums, const MapObserver& observer) {
    runtimes->run(pixels, class_sums, observer);
  };
}

void check_fit(const Words& words, const TrainedMognet& trained, const IntegerNetwork& network, const Dataset& data) {
  const std::string model = words.model.string();
  require(network.head.classes == trained.network.options().classes && network.bits == trained.network.options().bits,
          "verify: ", model, " has k = ", network.bits, " and ", network.head.classes,
          " classes, the checkpoint k = ", trained.network.options().bits, " and ", trained.network.options().classes);
  require(network.height == data.height && network.width == data.width, "verify: ", model, " takes pictures of ",
          network.height, " x ", network.width, ", the images have ", data.height, " x ", data.width);
}

void print_table(const Words& words, const Comparison& comparison) {
  const auto number = [](Index value) { return static_cast<long long>(value); };
  if (words.layers) {
    std::printf("%-18s %-6s %14s %12s\n", "layer", "what", "values", "differing");
    for (const LayerComparison& layer : comparison.layers()) {
      std::printf("%-18s %-6s %14lld %12lld\n", layer.name.c_str(), layer.codes ? "codes" : "sums",
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
  std::printf("latent magnitudes   %14lld at most in a pixel%s\n",
              static_cast<long long>(comparison.largest_magnitude()),
              comparison.largest_magnitude() < 1 << 24 ? ": below 2^24, the trained floats were exact" : "");
}

void print_json(const Words& words, const Comparison& comparison) {
  nlohmann::ordered_json json{{"checkpoint", words.checkpoint.string()},
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
  std::printf("%s\n", json.dump(2).c_str());
}

void run(const Words& words) {
  const auto trained = load_quantized(words.checkpoint);
  const IntegerNetwork network = read_model(words.model);
  const Dataset test = words.data.load().test;
  check_fit(words, *trained, network, test);

  Comparison comparison(trained->network, network, engine_of(words, network));
  constexpr Index kBatch = 50;
  const Index images = words.images == 0 ? test.size() : std::min(words.images, test.size());
  for (Index first = 0; first < images; first += kBatch) {
    const Index count = std::min(kBatch, images - first);
    comparison.add({test.image(first), static_cast<std::size_t>(count * test.image_bytes())});
  }

  (words.json ? print_json : print_table)(words, comparison);
  if (const auto& first = comparison.first()) {
    std::fprintf(
        stderr,
        "mog: %s: the first difference is in layer %s, image %lld, row %lld, column %lld, channel %lld: %d, the "
        "trained network has %.10g\n",
        words.model.c_str(), first->layer.c_str(), static_cast<long long>(first->image),
        static_cast<long long>(first->row), static_cast<long long>(first->column),
        static_cast<long long>(first->channel), first->integer, first->trained);
    throw Exit{kFailure};
  }
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* command = app.add_subcommand("verify", "Compare a packed file with its checkpoint, code by code");
  auto words = std::make_shared<Words>();
  command->add_option("FILE", words->checkpoint, "Checkpoint of the third run, as RUN/best.safetensors")->required();
  command->add_option("MODEL", words->model, "Packed file that was exported from it")->required();
  words->data.add_options(*command);
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
