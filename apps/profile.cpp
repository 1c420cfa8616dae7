// `mog profile`: times training steps of a network on random pictures, whole and operation by operation.
#include "core/profile.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "apps/model_options.hpp"
#include "core/kernels/peak.hpp"
#include "core/parallel.hpp"
#include "core/printable.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "data/batches.hpp"
#include "layers/loss.hpp"
#include "optim/adam.hpp"

namespace mog::apps {
namespace {

struct ProfileOptions {
  ModelOptions model;
  ModelChoice network = {};
  Stage stage = Stage::quantized;
  WeightGradients weight_gradients = WeightGradients::floats;
  Index batch = 50;
  Index steps = 5;
  bool json = false;
};

struct Measured {
  std::vector<double> seconds;             // of each step, sorted
  std::vector<Profile::Entry> operations;  // of all steps together, the longest first
  double other = 0;                        // seconds of all steps outside of operations
  kernels::Peaks peaks{};                  // of the machine, measured before the steps
  std::size_t step_bytes = 0;              // the arena's peak: what a step's tensors need

  [[nodiscard]] double median() const { return seconds[seconds.size() / 2]; }
};

Dataset random_pictures(Index count, Index classes) {
  Dataset data{
      .name = "random", .height = 32, .width = 32, .channels = 3, .pixels = {}, .labels = {}, .class_names = {}};
  for (Index c = 0; c < classes; ++c) data.class_names.push_back(std::to_string(c));
  data.resize(count);
  Random random(1, Purpose::user);
  for (auto& pixel : data.pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  for (auto& label : data.labels) label = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(classes)));
  return data;
}

Measured measure(const ProfileOptions& options) {
  constexpr Index kWarmUp = 2;  // the first step takes memory from the system
  const Dataset data = random_pictures(2 * options.batch, options.network.classes);
  Batches batches = Batches::training(data, {.batch = options.batch});
  Parameters<float> parameters;
  Graph<float> network = options.network.make(parameters);
  Adam<float> adam(parameters);
  Tape<float> tape;
  parameters.begin_epoch();
  std::vector<std::int32_t> labels(static_cast<std::size_t>(options.batch));

  Measured measured;
  measured.peaks = kernels::measure_peaks();
  Profile profile;
  for (Index i = 0; i < kWarmUp + options.steps; ++i) {
    if (i == kWarmUp) profile.clear();
    const auto start = std::chrono::steady_clock::now();
    {
      const Tensor<float> images = tape.make({options.batch, 32, 32, 3});
      {
        const Timed timed("load_and_augment", {options.batch}, {});
        batches.fill(0, i % batches.count(), images.values(), labels);
      }
      Pass<float> pass{.tape = tape, .stage = options.stage, .weight_gradients = options.weight_gradients};
      const Variable<float> logits = network(pass, {images});
      tape.backward(softmax_cross_entropy(tape, logits, labels));
      adam.step(1e-3);
    }
    tape.reset();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    if (i >= kWarmUp) measured.seconds.push_back(time.count());
  }
  measured.operations = profile.entries();
  for (const double seconds : measured.seconds) measured.other += seconds;
  for (const Profile::Entry& entry : measured.operations) measured.other -= entry.seconds;
  measured.step_bytes = tape.arena().peak_bytes();
  std::sort(measured.seconds.begin(), measured.seconds.end());
  std::sort(measured.operations.begin(), measured.operations.end(),
            [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  return measured;
}

/// What the process ever had in memory, in bytes.
long long peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024LL;
}

std::string sizes_of(const Profile::Entry& entry) {
  std::string text;
  for (const Index size : entry.sizes) {
    if (size > 0) text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text;
}

/// "mognet, n = 128, g = 4, k = 3, head = binary".
std::string described(const ModelChoice& choice) {
  std::string text = choice.model;
  for (const ModelOption& option : choice.kind().options) {
    text += concat(", ", option.name, " = ", choice.words.at(option.name));
  }
  return text;
}

void print_table(const ProfileOptions& options, const Measured& measured) {
  const auto steps = static_cast<double>(options.steps);
  double total = measured.other;
  for (const Profile::Entry& entry : measured.operations) total += entry.seconds;
  std::printf("%-27s %-22s %5s %10s %6s %8s %5s %6s %5s\n", "operation", "sizes", "calls", "ms a step", "share",
              "GFLOP/s", "peak", "GB/s", "peak");
  for (const Profile::Entry& entry : measured.operations) {
    const double flops = entry.work.flops / entry.seconds, bytes = entry.work.bytes / entry.seconds;
    std::printf("%-27s %-22s %5lld %10.3f %5.1f%% %8.1f %5.2f %6.1f %5.2f\n", printable(entry.name).c_str(),
                printable(sizes_of(entry)).c_str(), static_cast<long long>(entry.calls / options.steps),
                1e3 * entry.seconds / steps, 100 * entry.seconds / total, 1e-9 * flops, flops / measured.peaks.flops,
                1e-9 * bytes, bytes / measured.peaks.bytes);
  }
  std::printf("%-27s %-22s %5s %10.3f %5.1f%%\n", "everything else", "", "", 1e3 * measured.other / steps,
              100 * measured.other / total);
  std::printf("\n%s, %s, batch %lld, %d threads: %.1f images/s (step %.1f ms, median of %lld)\n", name(options.stage),
              printable(described(options.network)).c_str(), static_cast<long long>(options.batch), threads(),
              static_cast<double>(options.batch) / measured.median(), 1e3 * measured.median(),
              static_cast<long long>(options.steps));
  double flops = 0;
  for (const Profile::Entry& entry : measured.operations) flops += entry.work.flops / steps;
  std::printf("peaks: multiply-adds %.1f GFLOP/s, copying %.1f GB/s; the step's %.1f GFLOP at %.2f of the first\n",
              1e-9 * measured.peaks.flops, 1e-9 * measured.peaks.bytes, 1e-9 * flops,
              flops / measured.median() / measured.peaks.flops);
  std::printf("memory of a step %.0f MiB, of the whole process %.0f MiB\n",
              static_cast<double>(measured.step_bytes) / (1 << 20), static_cast<double>(peak_bytes()) / (1 << 20));
}

void print_json(const ProfileOptions& options, const Measured& measured) {
  nlohmann::ordered_json operations = nlohmann::ordered_json::array();
  for (const Profile::Entry& entry : measured.operations) {
    operations.push_back({{"name", entry.name},
                          {"sizes", entry.sizes},
                          {"calls", entry.calls},
                          {"seconds", entry.seconds},
                          {"flops", entry.work.flops},
                          {"bytes", entry.work.bytes}});
  }
  nlohmann::ordered_json result{{"model", options.network.model}};
  for (const auto& [name, value] : options.network.words) {
    const auto number = from_text<Index>(value);
    result[name] = number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(value);
  }
  result.update(nlohmann::ordered_json{{"batch", options.batch},
                                       {"stage", name(options.stage)},
                                       {"weight_gradients", name(options.weight_gradients)},
                                       {"threads", threads()},
                                       {"steps", options.steps},
                                       {"images_per_second", static_cast<double>(options.batch) / measured.median()},
                                       {"step_seconds", measured.median()},
                                       {"step_seconds_min", measured.seconds.front()},
                                       {"peak_bytes", peak_bytes()},
                                       {"step_bytes", measured.step_bytes},
                                       {"peak_flops", measured.peaks.flops},
                                       {"peak_bandwidth", measured.peaks.bytes},
                                       {"other_seconds", measured.other},
                                       {"operations", operations}});
  std::printf("%s\n", json_text(result).c_str());
}

}  // namespace

void add_profile(CLI::App& app) {
  CLI::App* command = app.add_subcommand("profile", "Time a training step of a network, operation by operation");
  auto options = std::make_shared<ProfileOptions>();
  options->model.add_options(*command);
  command->add_option("--classes", options->network.classes, "Classes, at least 2")
      ->capture_default_str()
      ->check(whole(2));
  command->add_option("--batch", options->batch, "Images a step, at least 2")
      ->capture_default_str()
      ->check(whole(2, Index{1} << 20));
  command->add_option("--steps", options->steps, "Steps to time")
      ->capture_default_str()
      ->check(whole(1, Index{1} << 20));
  command
      ->add_option_function<std::string>(
          "--stage",
          [options](const std::string& word) {
            for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
              if (word == name(stage)) options->stage = stage;
            }
          },
          "Which of the three runs: full-precision, quantized-weights or quantized")
      ->default_str(name(options->stage))
      ->check(CLI::IsMember({"full-precision", "quantized-weights", "quantized"}));
  command
      ->add_option_function<std::string>(
          "--weight-gradients",
          [options](const std::string& word) {
            options->weight_gradients = word == "blocks" ? WeightGradients::blocks : WeightGradients::floats;
          },
          "What the weight gradients of CFLOGs on codes are added up in, as in a recipe: floats or blocks")
      ->default_str(name(options->weight_gradients))
      ->check(CLI::IsMember({"floats", "blocks"}));
  command->add_flag("--json", options->json, "Print JSON");
  add_threads(*command);
  command->callback([options] {
    options->network = options->model.choice(options->network.classes);
    (options->json ? print_json : print_table)(*options, measure(*options));
  });
}

}  // namespace mog::apps
