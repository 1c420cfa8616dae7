// The trained side of an integer network, the engines, and a whole data set compared.
#include "apps/deployment.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/text.hpp"
#include "deploy/c_export/compiled.hpp"
#include "deploy/runtime/runtime.hpp"

namespace mog::apps {
namespace {

/// What an engine said of the last pictures.
class Memory {
 public:
  Memory(IntegerForward forward, Index pictures, bool codes)
      : forward_(std::move(forward)), pictures_(to_size(pictures)), codes_(codes) {}

  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const MapObserver& observer) {
    const std::shared_ptr<const Answer> answer = answer_to(pixels, class_sums.size());
    std::copy(answer->class_sums.begin(), answer->class_sums.end(), class_sums.begin());
    for (const auto& [name, map, values] : answer->maps) {
      IntegerMap told = map;
      told.name = name;
      told.values = values;
      if (observer) observer(told);
    }
  }

 private:
  struct Kept {
    std::string name;
    IntegerMap map;  // its name and values are the ones beside it
    std::vector<std::int32_t> values;
  };
  struct Answer {
    std::vector<std::int64_t> class_sums;
    std::vector<Kept> maps = {};
  };

  std::shared_ptr<const Answer> answer_to(std::span<const std::uint8_t> pixels, std::size_t classes) {
    {
      const std::lock_guard lock(mutex_);
      const auto known = answers_.find(pixels.data());
      if (known != answers_.end()) return known->second;
    }
    const auto answer = std::make_shared<Answer>(Answer{.class_sums = std::vector<std::int64_t>(classes)});
    forward_(pixels, answer->class_sums, [&](const IntegerMap& map) {
      if (codes_ && map.codes()) {
        answer->maps.push_back({std::string(map.name), map, {map.values.begin(), map.values.end()}});
      }
    });
    const std::lock_guard lock(mutex_);
    if (answers_.size() >= pictures_) answers_.clear();  // another batch begins
    answers_.emplace(pixels.data(), answer);
    return answer;
  }

  IntegerForward forward_;
  std::size_t pictures_;
  bool codes_;
  std::mutex mutex_;
  std::map<const std::uint8_t*, std::shared_ptr<const Answer>> answers_;
};

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

/// The first so many of the images, 0 for all, in batches.
template <class Add>
void for_batches(const Dataset& images, Index count, Index batch, const Add& add) {
  const Index all = count == 0 ? images.size() : std::min(count, images.size());
  for (Index first = 0; first < all; first += batch) {
    add(std::span(images.image(first), to_size(std::min(batch, all - first) * images.image_bytes())));
  }
}

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

IntegerForward remembered(IntegerForward forward, Index pictures, bool codes) {
  return [memory = std::make_shared<Memory>(std::move(forward), pictures, codes)](
             auto pixels, auto class_sums, const MapObserver& observer) { memory->run(pixels, class_sums, observer); };
}

void compare(Comparison& comparison, const Dataset& images, Index count) {
  for_batches(images, count, 50, [&](auto pixels) { comparison.add(pixels); });
}

void compare(std::deque<Comparison>& comparisons, const Dataset& images, Index count, Index batch,
             const std::function<void(std::size_t, std::span<const std::uint8_t>)>& before) {
  for_batches(images, count, batch, [&](std::span<const std::uint8_t> pixels) {
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      before(i, pixels);
      comparisons[i].add(pixels);
    }
  });
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
