// The trained side of an integer network, the engines, and a whole data set compared.
#include "apps/deployment.hpp"

#include <algorithm>
#include <mutex>

#include "core/error.hpp"
#include "core/text.hpp"
#include "deploy/c_export/compiled.hpp"
#include "deploy/runtime/runtime.hpp"

namespace mog::apps {
namespace {

/// As many runtimes as there are calls at once: a runtime serves one at a time.
class Runtimes {
 public:
  explicit Runtimes(const ProvenNetwork& network) : network_(network) {}

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

  const ProvenNetwork& network_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Runtime>> free_;
};

}  // namespace

std::unique_ptr<TrainedModel> load_quantized(const std::filesystem::path& checkpoint) {
  auto trained = load_model(checkpoint);
  if (trained->stage != Stage::quantized) {
    throw DataError(concat(checkpoint.string(), ": last trained in the ", name(trained->stage),
                           " run, expected the quantized one: before it activations are no codes"));
  }
  return trained;
}

Engine engine_named(const std::string& word) {
  if (word == "reference") return Engine::reference;
  if (word == "c") return Engine::c;
  require(word == "runtime", word, ": unknown engine, expected runtime, reference or c");
  return Engine::runtime;
}

IntegerForward engine_of(Engine engine, const ProvenNetwork& network) {
  if (engine == Engine::reference) {
    return [&network](auto pixels, auto class_sums, const MapObserver& observer) {
      run_reference(network, pixels, class_sums, observer);
    };
  }
  if (engine == Engine::c) {
    return [c = std::make_shared<c_export::Compiled>(network)](
               auto pixels, auto class_sums, const MapObserver& observer) { c->run(pixels, class_sums, observer); };
  }
  // What the runtime refuses, it refuses here, not within a parallel region.
  static_cast<void>(Runtime(network, 1));
  return [runtimes = std::make_shared<Runtimes>(network)](auto pixels, auto class_sums, const MapObserver& observer) {
    runtimes->run(pixels, class_sums, observer);
  };
}

void compare(Comparison& comparison, const Dataset& images, Index count) {
  constexpr Index kBatch = 50;
  const Index all = count == 0 ? images.size() : std::min(count, images.size());
  for (Index first = 0; first < all; first += kBatch) {
    const Index batch = std::min(kBatch, all - first);
    comparison.add({images.image(first), static_cast<std::size_t>(batch * images.image_bytes())});
  }
}

void check_fit(const std::filesystem::path& model, const IntegerNetwork& network, const TrainedModel& trained) {
  const ModelChoice& choice = trained.choice;
  const auto k = choice.words.find("k");
  const std::string bits = k == choice.words.end() ? "none" : k->second;
  require(network.head.classes == choice.classes && to_text(network.bits) == bits, "verify: ", model.string(),
          " has k = ", network.bits, " and ", network.head.classes, " classes, the checkpoint k = ", bits, " and ",
          choice.classes);
}

void check_size(const std::filesystem::path& model, const IntegerNetwork& network, const Dataset& images) {
  require(network.height == images.height && network.width == images.width, "verify: ", model.string(),
          " takes pictures of ", network.height, " x ", network.width, ", the images have ", images.height, " x ",
          images.width);
}

}  // namespace mog::apps
