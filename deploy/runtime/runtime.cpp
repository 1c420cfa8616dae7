// The runtime: from layers to steps at load, and the loop over images and steps.
#include "deploy/runtime/runtime.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "deploy/runtime/steps.hpp"

namespace mog {

class Runtime::Program {
 public:
  Program(const ProvenNetwork& proven, int threads)
      : image_bytes_(proven->height * proven->width * 3), classes_(proven->head.classes), threads_(threads) {
    const IntegerNetwork& network = proven;
    StepBuilder builder(network, plan_, steps_);
    MapBuffer map{};
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      const IntegerLayer& layer = network.layers[i];
      if (const auto* conv = std::get_if<IntegerConv>(&layer)) map = builder.add(*conv);
      if (const auto* cflog = std::get_if<IntegerCflog>(&layer)) map = builder.add(*cflog, proven.sums(i), map);
      if (const auto* pool = std::get_if<IntegerPool>(&layer)) map = builder.add(*pool, map);
      if (const auto* mrb = std::get_if<IntegerMrb>(&layer)) {
        const auto* next = i + 1 < network.layers.size() ? std::get_if<IntegerPool>(&network.layers[i + 1]) : nullptr;
        map = builder.add(*mrb, proven.sums(i), map, next);
        if (next != nullptr) ++i;
      }
    }
    builder.add(network.head, map);
    plan_.place();
    for (int t = 0; t < threads; ++t) arenas_.emplace_back(plan_.bytes());
    for (const auto& step : steps_) {
      layers_.push_back({.name = step->name,
                         .multiply_accumulates = step->multiply_accumulates(),
                         .weight_bytes = step->weight_bytes()});
    }
    const int team = team_for(threads);
    if (team == 1) return;
#pragma omp parallel num_threads(team)
    { (void)omp_get_thread_num(); }  // starts the threads
  }

  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums) {
    const Index images = check_sizes(pixels, class_sums);
    const auto frame = [&](Index image, Index arena) { return make_frame(pixels, class_sums, image, arena); };
    const int team = images == 0 ? 1 : team_for(threads());
    if (team == 1) {  // OpenMP would ask the system for memory to run a single thread
      for (Index image = 0; image < images; ++image) run_alone(frame(image, 0), [](std::size_t) {});
    } else if (images >= team) {
#pragma omp parallel for schedule(dynamic) num_threads(team)  // one core may be slower than another
      for (Index image = 0; image < images; ++image) {
        run_alone(frame(image, omp_get_thread_num()), [](std::size_t) {});
      }
    } else {
      for (Index image = 0; image < images; ++image) run_together(frame(image, 0), team);
    }
  }

  /// One image on this thread; calls after(i) after step i.
  template <class After>
  void run_one(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const After& after) {
    require(check_sizes(pixels, class_sums) == 1, "runtime: ", pixels.size(),
            " bytes of pixels, expected one image of ", image_bytes_);
    run_alone(make_frame(pixels, class_sums, 0, 0), after);
  }
  void observe(std::size_t step, std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
               const MapObserver& observer) {
    steps_[step]->observe(make_frame(pixels, class_sums, 0, 0), observer);
  }

  [[nodiscard]] Index image_bytes() const { return image_bytes_; }
  [[nodiscard]] Index classes() const { return classes_; }
  [[nodiscard]] int threads() const { return static_cast<int>(threads_); }
  [[nodiscard]] Index arena_bytes() const { return plan_.bytes(); }
  [[nodiscard]] const std::vector<RuntimeLayer>& layers() const { return layers_; }

 private:
  /// The number of images.
  [[nodiscard]] Index check_sizes(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums) const {
    const Index bytes = static_cast<Index>(pixels.size()), images = bytes / image_bytes_;
    require(bytes % image_bytes_ == 0, "runtime: ", bytes, " bytes of pixels, expected a multiple of ", image_bytes_);
    require(static_cast<Index>(class_sums.size()) == images * classes_, "runtime: room for ", class_sums.size(),
            " class sums, expected ", images * classes_, " for ", images, " images");
    return images;
  }

  [[nodiscard]] Frame make_frame(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, Index image,
                                 Index arena) const {
    return {.pixels = pixels.data() + image * image_bytes_,
            .class_sums = class_sums.data() + image * classes_,
            .arena = arenas_[static_cast<std::size_t>(arena)].data(),
            .plan = &plan_};
  }

  template <class After>
  void run_alone(const Frame& frame, const After& after) const {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      steps_[i]->run(frame, {0, steps_[i]->rows()});
      after(i);
    }
  }

  /// One image on all threads: each takes its share of every step's rows, and waits for the others.
  void run_together(const Frame& frame, int team) const {
#pragma omp parallel num_threads(team)
    for (const auto& step : steps_) {
      const Range share = piece_of(step->rows(), omp_get_num_threads(), omp_get_thread_num());
      if (share.begin < share.end) step->run(frame, share);
#pragma omp barrier
    }
  }

  Index image_bytes_, classes_, threads_;
  ArenaPlan plan_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<RuntimeLayer> layers_;
  std::vector<AlignedBytes> arenas_;
};

Runtime::Runtime(const ProvenNetwork& network, int threads) {
  require(threads >= 1 && threads <= kMostThreads, "runtime: ", threads, " threads, expected 1 to ", kMostThreads);
  const ThreadLimit limit(threads);
  program_ = std::make_unique<Program>(network, threads);
}
Runtime::Runtime(Runtime&&) noexcept = default;
Runtime& Runtime::operator=(Runtime&&) noexcept = default;
Runtime::~Runtime() = default;

void Runtime::run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums) {
  program_->run(pixels, class_sums);
}

void Runtime::run_timed(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                        std::span<double> seconds) {
  require(seconds.size() == layers().size(), "runtime: room for ", seconds.size(), " times, expected ",
          layers().size());
  auto last = std::chrono::steady_clock::now();
  program_->run_one(pixels, class_sums, [&](std::size_t step) {
    const auto now = std::chrono::steady_clock::now();
    seconds[step] += std::chrono::duration<double>(now - last).count();
    last = now;
  });
}

void Runtime::run_observed(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                           const MapObserver& observer) {
  program_->run_one(pixels, class_sums,
                    [&](std::size_t step) { program_->observe(step, pixels, class_sums, observer); });
}

Index Runtime::image_bytes() const { return program_->image_bytes(); }
Index Runtime::classes() const { return program_->classes(); }
int Runtime::threads() const { return program_->threads(); }
Index Runtime::arena_bytes() const { return program_->arena_bytes(); }
Index Runtime::weight_bytes() const {
  Index bytes = 0;
  for (const RuntimeLayer& layer : layers()) bytes += layer.weight_bytes;
  return bytes;
}
const std::vector<RuntimeLayer>& Runtime::layers() const { return program_->layers(); }

}  // namespace mog
