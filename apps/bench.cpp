// `mog bench`: how fast the integer runtime runs a packed network, or a random one, whole and layer by layer.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "core/error.hpp"
#include "core/kernels/isa.hpp"
#include "core/printable.hpp"
#include "core/random.hpp"
#include "deploy/random_network.hpp"
#include "deploy/runtime/model_file.hpp"
#include "deploy/runtime/runtime.hpp"

namespace mog::apps {
namespace {

struct BenchOptions {
  std::filesystem::path model;
  bool random = false;
  RandomNetworkOptions network;
  int threads = 1;
  Index batch = 1;
  double seconds = 2;
  bool layers = false;
  bool json = false;
};

using Seconds = std::chrono::duration<double>;

struct Measured {
  std::vector<double> runs;    // seconds, sorted
  std::vector<double> layers;  // median seconds of an image on one thread

  /// The time that this share of the runs did not exceed.
  [[nodiscard]] double percentile(double share) const {
    const auto last = static_cast<double>(runs.size() - 1);
    return runs[static_cast<std::size_t>(std::lround(share * last))];
  }
};

std::vector<std::uint8_t> random_pixels(Index count) {
  Random random(1, Purpose::user);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count));
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  return pixels;
}

/// Calls run() for so long, at least ten times, after a warm-up of a tenth; the seconds of each call, sorted.
template <class Run>
std::vector<double> repeat(double seconds, const Run& run) {
  std::vector<double> times;
  const auto begin = std::chrono::steady_clock::now();
  const auto since = [](auto start) { return Seconds(std::chrono::steady_clock::now() - start).count(); };
  while (since(begin) < 0.1 * seconds) run();
  const auto start = std::chrono::steady_clock::now();
  while (since(start) < seconds || times.size() < 10) {
    const auto before = std::chrono::steady_clock::now();
    run();
    times.push_back(since(before));
  }
  std::sort(times.begin(), times.end());
  return times;
}

Measured measure(Runtime& runtime, const BenchOptions& options) {
  const auto pixels = random_pixels(options.batch * runtime.image_bytes());
  std::vector<std::int64_t> sums(static_cast<std::size_t>(options.batch * runtime.classes()));
  Measured measured{.runs = repeat(options.seconds, [&] { runtime.run(pixels, sums); }), .layers = {}};
  if (!options.layers) return measured;

  const auto one_image = std::span(pixels).first(static_cast<std::size_t>(runtime.image_bytes()));
  const auto one_result = std::span(sums).first(static_cast<std::size_t>(runtime.classes()));
  std::vector<std::vector<double>> times(runtime.layers().size());
  std::vector<double> once(times.size());
  repeat(options.seconds / 2, [&] {
    std::fill(once.begin(), once.end(), 0.0);
    runtime.run_timed(one_image, one_result, once);
    for (std::size_t i = 0; i < once.size(); ++i) times[i].push_back(once[i]);
  });
  for (auto& layer : times) {
    std::nth_element(layer.begin(), layer.begin() + static_cast<std::ptrdiff_t>(layer.size() / 2), layer.end());
    measured.layers.push_back(layer[layer.size() / 2]);
  }
  return measured;
}

double macs_of(const Runtime& runtime) {
  return std::accumulate(runtime.layers().begin(), runtime.layers().end(), 0.0, [](double sum, const auto& layer) {
    return sum + static_cast<double>(layer.multiply_accumulates);
  });
}

std::string title(const BenchOptions& options) {
  if (!options.random) return options.model.string();
  return concat("random n = ", options.network.maps, ", g = ", options.network.groups, ", k = ", options.network.bits);
}

void print_text(const BenchOptions& options, const Runtime& runtime, const Measured& measured) {
  const auto images = static_cast<double>(options.batch);
  const double median = measured.percentile(0.5);
  if (options.layers) {
    std::printf("%-18s %10s %8s %9s\n", "layer, one image", "us", "share", "GMAC/s");
    const double all = std::accumulate(measured.layers.begin(), measured.layers.end(), 0.0);
    for (std::size_t i = 0; i < measured.layers.size(); ++i) {
      const RuntimeLayer& layer = runtime.layers()[i];
      std::printf("%-18s %10.1f %7.1f%%", printable(layer.name).c_str(), 1e6 * measured.layers[i],
                  100 * measured.layers[i] / all);
      if (layer.multiply_accumulates > 0) {
        std::printf(" %9.1f", 1e-9 * static_cast<double>(layer.multiply_accumulates) / measured.layers[i]);
      }
      std::printf("\n");
    }
    std::printf("\n");
  }
  std::printf("%s, batch %lld, %d threads, %s\n", printable(title(options)).c_str(),
              static_cast<long long>(options.batch), runtime.threads(), kernels::name(kernels::chosen_isa()));
  std::printf("median %.3f ms, 90 %% %.3f, 99 %% %.3f, fastest %.3f (%zu runs)\n", 1e3 * median,
              1e3 * measured.percentile(0.9), 1e3 * measured.percentile(0.99), 1e3 * measured.runs.front(),
              measured.runs.size());
  std::printf("%.1f images/s, %.1f GMAC/s\n", images / median, 1e-9 * images * macs_of(runtime) / median);
  std::printf("temporary memory %lld bytes a thread, weights in the kernels' order %lld bytes\n",
              static_cast<long long>(runtime.arena_bytes()), static_cast<long long>(runtime.weight_bytes()));
}

void print_json(const BenchOptions& options, const Runtime& runtime, const Measured& measured) {
  const auto images = static_cast<double>(options.batch);
  const double median = measured.percentile(0.5);
  nlohmann::ordered_json result{{"model", title(options)},
                                {"batch", options.batch},
                                {"threads", runtime.threads()},
                                {"instruction_set", kernels::name(kernels::chosen_isa())},
                                {"runs", measured.runs.size()},
                                {"median_ms", 1e3 * median},
                                {"p90_ms", 1e3 * measured.percentile(0.9)},
                                {"p99_ms", 1e3 * measured.percentile(0.99)},
                                {"min_ms", 1e3 * measured.runs.front()},
                                {"images_per_second", images / median},
                                {"gmacs_per_second", 1e-9 * images * macs_of(runtime) / median},
                                {"arena_bytes", runtime.arena_bytes()},
                                {"weight_bytes", runtime.weight_bytes()}};
  for (std::size_t i = 0; i < measured.layers.size(); ++i) {
    const RuntimeLayer& layer = runtime.layers()[i];
    result["layers"].push_back(
        {{"name", layer.name}, {"median_us", 1e6 * measured.layers[i]}, {"macs", layer.multiply_accumulates}});
  }
  std::printf("%s\n", json_text(result).c_str());
}

void run(const BenchOptions& options) {
  require(options.random == options.model.empty(), "bench: expected a model file or --random, and not both");
  Runtime runtime(options.random ? prove(random_network(options.network)) : read_model(options.model), options.threads);
  const Measured measured = measure(runtime, options);
  options.json ? print_json(options, runtime, measured) : print_text(options, runtime, measured);
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* command = app.add_subcommand("bench", "Time a packed network in the integer runtime");
  auto options = std::make_shared<BenchOptions>();
  command->add_option("model", options->model, "A packed network, as mog export writes");
  command->add_flag("--random", options->random, "A random network of --n, --g and --k in place of a file");
  command->add_option("--n", options->network.maps, "Output maps of the first convolution")->capture_default_str();
  command->add_option("--g", options->network.groups, "Groups of the 3x3 convolutions")->capture_default_str();
  command->add_option("--k", options->network.bits, "Bits of an activation")->capture_default_str();
  command->add_option("--threads", options->threads, "Threads")->capture_default_str()->check(CLI::Range(1, 1024));
  command->add_option("--batch", options->batch, "Images of a run")->capture_default_str()->check(whole(1, 1 << 20));
  command->add_option("--seconds", options->seconds, "How long to measure")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  command->add_flag("--layers", options->layers, "Also each layer's time, for one image on one thread");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options] { run(*options); });
}

}  // namespace mog::apps
