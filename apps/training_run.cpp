// Trains a MOGNET in a run folder and reports: the table of the three runs, size, memory, drawings.
#include "apps/training_run.hpp"

#include <cstdio>

#include "core/file.hpp"
#include "train/drawings.hpp"
#include "train/evaluate.hpp"
#include "train/interrupt.hpp"
#include "train/progress.hpp"
#include "train/trained_mognet.hpp"

namespace mog::apps {
namespace {

Index weight_bits(const Parameters<float>& parameters) {
  Index bits = 0;
  for (const Parameter<float>& one : parameters.trained()) {
    if (one.precision != Precision::full) bits += one.value.elements() * bits_per_weight(one.precision);
  }
  return bits;
}

/// Accuracy after each of the three runs.
void print_stages(const std::vector<EpochRow>& rows) {
  std::printf("%-20s %7s %12s %14s %13s\n", "run", "epochs", "train loss", "train accuracy", "test accuracy");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size() && rows[i + 1].stage == rows[i].stage) continue;
    std::printf("%-20s %7lld %12.4f %12.2f %% %11.2f %%\n", name(rows[i].stage), static_cast<long long>(rows[i].epoch),
                rows[i].train_loss, 100 * rows[i].train_accuracy, 100 * rows[i].test_accuracy);
  }
}

void draw(const RunFolder& folder, const std::vector<EpochRow>& rows, const Dataset& test) {
  write_file(folder.curves(), curves_svg(rows));
  const auto best = load_mognet(folder.best());
  const Evaluation result = evaluate(std::ref(best->network), best->stage, test);
  write_file(folder.confusion(), confusion_svg(result.confusion, test.class_names));
  std::printf("best of the last run: %.2f %% of %lld test images (%s)\n", 100 * result.accuracy,
              static_cast<long long>(result.images), folder.best().c_str());
  std::printf("drawings: %s, %s\n", folder.curves().c_str(), folder.confusion().c_str());
}

}  // namespace

void train_and_report(const TrainingRun& run, const DatasetPair& data) {
  MognetOptions network_options = run.network;
  network_options.classes = data.train.classes();
  Parameters<float> parameters(run.options.seed);
  Mognet<float> network(parameters, network_options);
  Description description = describe(network_options);
  description.words["dataset"] = run.data.dataset;
  description.class_names = data.train.class_names;

  const RunFolder folder(run.out);
  Trainer trainer(parameters, std::ref(network), data, run.options, description);
  ProgressBar bar;
  const Interrupt interrupt;
  trainer.set_folder(folder);
  trainer.set_listener(bar);
  trainer.set_stop(Interrupt::requested);
  if (run.resume) trainer.resume();
  if (!run.config.empty()) write_file(run.out / "config.ini", run.config);

  const TrainOutcome outcome = trainer.run();
  if (!outcome.finished) {
    std::fprintf(stderr, "mog: stopped and saved; to go on: mog train --config %s --resume\n",
                 (run.out / "config.ini").c_str());
    throw Exit{kStopped};
  }
  print_stages(outcome.rows);
  const Index bits = weight_bits(parameters);
  std::printf("weights: %lld bits (%.3f Mb); peak memory of a step: %.0f MB\n", static_cast<long long>(bits),
              static_cast<double>(bits) * 1e-6, static_cast<double>(outcome.peak_bytes) * 1e-6);
  if (std::filesystem::exists(folder.best())) draw(folder, outcome.rows, data.test);
}

}  // namespace mog::apps
