// Trains a network in a run folder and reports: the table of the three runs, size, memory, drawings.
#include "apps/training_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "apps/failure.hpp"
#include "apps/program.hpp"
#include "apps/shard_run.hpp"
#include "core/file.hpp"
#include "core/printable.hpp"
#include "core/shell_words.hpp"
#include "data/split.hpp"
#include "train/admm.hpp"
#include "train/drawings.hpp"
#include "train/evaluate.hpp"
#include "train/interrupt.hpp"
#include "train/progress.hpp"
#include "train/recipe_file.hpp"
#include "train/run_report.hpp"
#include "train/sessions.hpp"
#include "train/trained_model.hpp"

namespace mog::apps {
namespace {

/// Throws unless the model takes pictures of this size.
void require_sides(const ModelKind& kind, const Dataset& images) {
  const Index multiple = kind.side_multiple;
  require(images.height % multiple == 0 && images.width % multiple == 0, "train: pictures of ", images.height, " x ",
          images.width, ", expected multiples of ", multiple, " for a ", kind.name);
}

/// Bits of all weights: as floats in the first run, as the network ships them in the others.
struct WeightBits {
  Index as_floats = 0, as_shipped = 0;

  [[nodiscard]] Index in(Stage stage) const { return stage == Stage::full_precision ? as_floats : as_shipped; }
};

/// One forward pass, observed.
WeightBits weight_bits_of(const ModelKind& kind, Graph<float>& network, const Dataset& images) {
  Tape<float> tape;
  tape.set_recording(false);
  WeightBits bits;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>&) {
    bits.as_floats += kind.counted_bits(layer, true);
    bits.as_shipped += kind.counted_bits(layer);
  };
  network(pass, {Tensor<float>::filled({1, images.height, images.width, images.channels}, 0)});
  return bits;
}

/// Accuracy and size after each of the three runs.
void print_stages(const std::vector<EpochRow>& rows, const WeightBits& bits) {
  std::printf("%-18s %6s %11s %15s %14s %12s\n", "run", "epochs", "train loss", "train accuracy", "test accuracy",
              "weight bits");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const EpochRow& row = rows[i];
    if (i + 1 < rows.size() && rows[i + 1].name() == row.name()) continue;
    std::printf("%-18s %6lld %11.4f %13.2f %% %12.2f %% %12lld\n", printable(row.name()).c_str(),
                static_cast<long long>(row.epoch), row.train_loss, 100 * row.train_accuracy, 100 * row.test_accuracy,
                static_cast<long long>(bits.in(row.stage)));
  }
}

void draw(const RunFolder& folder, const std::vector<EpochRow>& rows, const Dataset& test) {
  write_file(folder.curves(), curves_svg(rows));
  const auto best = load_model(folder.best());
  const Evaluation result = evaluate(std::ref(best->network), best->stage, test);
  write_file(folder.confusion(), confusion_svg(result.confusion, test.class_names));
  std::printf("best of the last run: %.2f %% of %lld test images (%s)\n", 100 * result.accuracy,
              static_cast<long long>(result.images), printable(folder.best()).c_str());
  std::printf("drawings: %s, %s\n", printable(folder.curves()).c_str(), printable(folder.confusion()).c_str());
}

/// Copies the weights of --from into the network. k may differ; the rest must not.
void start_from(const Checkpoint& checkpoint, Parameters<float>& parameters, const Description& wanted) {
  for (const auto& [key, value] : wanted.words) {
    if (key == "k" || key == "dataset" || key == "size") continue;
    const auto found = checkpoint.header().description.words.find(key);
    const std::string has = found == checkpoint.header().description.words.end() ? "none" : found->second;
    if (has != value)
      throw DataError(concat(checkpoint.path().string(), ": has ", key, " ", has, ", expected ", value));
  }
  checkpoint.load(parameters);
}

/// One line about a checkpoint that another run uses.
std::string origin(const Checkpoint& checkpoint) {
  const CheckpointHeader& header = checkpoint.header();
  return concat(checkpoint.path().filename().string(), " (", checkpoint.checksum(), ", ", header.position.name(),
                " epoch ", header.position.epoch, " of: ", header.training,
                header.start.empty() ? "" : concat("; from ", header.start), ")");
}

/// Of initial weights and automata: those of the run that goes on, or of the checkpoint that this one starts from.
std::uint64_t network_seed(const TrainingRun& run, const RunFolder& folder) {
  if (run.from.empty()) return run.options.seed;
  return Checkpoint(run.resume ? folder.last() : run.from).header().seed;
}

/// The programs and machines that trained in a folder, a line each.
std::vector<std::string> machines(const RunFolder& folder) {
  std::vector<std::string> lines;
  if (!std::filesystem::exists(folder.sessions())) return lines;
  for (const Session& one : read_sessions(folder.sessions())) {
    lines.push_back(concat(one.processor, ", ", one.threads, " of ", one.cores, " cores, ", one.instruction_set,
                           ", mog ", one.version, " (", one.commit, "): ", one.epochs, " epochs in ",
                           std::llround(one.cpu_seconds), " seconds of processor time"));
  }
  return lines;
}

/// report.md of a run that has come to its end.
void write_report(const RunFolder& folder, const std::vector<EpochRow>& rows, const Dataset& test,
                  const WeightBits& bits) {
  const RunReport report{.header = Checkpoint(folder.last()).header(),
                         .rows = rows,
                         .measured_on = concat(test.size(), " images of ", test.name),
                         .weight_bits = bits.as_shipped,
                         .machine = machines(folder)};
  write_file(folder.report(), run_report(report));
  std::printf("report: %s\n", printable(folder.report()).c_str());
}

/// The hook of a recipe that says rho; none for others.
std::unique_ptr<Admm> admm_of(const Recipe& recipe, const Graph<float>& network) {
  const auto& stages = recipe.stages;
  const bool wanted = std::any_of(stages.begin(), stages.end(), [](const StagePlan& plan) { return plan.rho > 0; });
  return wanted ? std::make_unique<Admm>(network) : nullptr;
}

/// The checkpoint of --teacher; the recipe gives its answers a weight.
std::unique_ptr<TrainedModel> teach(const std::filesystem::path& teacher, const Recipe& recipe, Trainer& trainer) {
  const auto& stages = recipe.stages;
  require(std::any_of(stages.begin(), stages.end(), [](const StagePlan& plan) { return plan.teacher > 0; }),
          "train: --teacher ", teacher.string(), " without a weight: give --teacher-weight, or a recipe that has one");
  const Checkpoint checkpoint(teacher);
  auto model = std::make_unique<TrainedModel>(checkpoint);
  trainer.set_teacher({.network = std::ref(model->network), .stage = model->stage, .name = origin(checkpoint)});
  return model;
}

/// Says what the run will come to, before it begins.
void announce(const TrainOptions& options, const DatasetPair& data, const Parameters<float>& parameters,
              const WeightBits& bits) {
  Index numbers = 0;
  for (const Parameter<float>& one : parameters.trained()) numbers += one.value.elements();
  const auto& stages = options.recipe.stages;
  const bool averages =
      std::any_of(stages.begin(), stages.end(), [](const StagePlan& plan) { return plan.average > 0; });
  const std::size_t copies = averages ? 4 : 3;  // a weight, Adam's two moments, the raw weight beside an average
  std::fprintf(
      stderr, "%lld epochs of %lld images, recipe %s; each checkpoint takes %.1f MB, the packed network some %.0f kB\n",
      static_cast<long long>(options.recipe.epochs()), static_cast<long long>(data.train.size()),
      printable(options.recipe.name).c_str(),
      static_cast<double>(numbers) * static_cast<double>(copies * sizeof(float)) * 1e-6,
      static_cast<double>(bits.as_shipped) / 8e3);
}

void say_how_to_go_on(const TrainingRun& run) {
  std::fprintf(
      stderr, "mog: stopped and saved; to go on: %s\n",
      printable(command_line({program_command(), "train", "--config", run.out / "config.ini", "--resume"})).c_str());
}

/// What the run has come to.
void report(const TrainingRun& run, const RunFolder& folder, const TrainOutcome& outcome, const Dataset& test,
            const WeightBits& bits) {
  print_stages(outcome.rows, bits);
  if (outcome.peak_bytes > 0) {
    std::printf("peak memory of a step: %.0f MB\n", static_cast<double>(outcome.peak_bytes) * 1e-6);
  } else {
    std::fprintf(stderr, "%s: was finished already\n", printable(run.out).c_str());
  }
  if (std::filesystem::exists(folder.best())) draw(folder, outcome.rows, test);
  write_report(folder, outcome.rows, test, bits);
}

}  // namespace

void train_and_report(const TrainingRun& run, DatasetPair data) {
  if (run.validation > 0) data = hold_back(data, run.validation);
  ModelChoice choice = run.network;
  choice.classes = data.train.classes();
  const bool first = run.launch.rank == 0;  // it alone writes and prints
  const RunFolder folder(run.out, first);
  Parameters<float> parameters(network_seed(run, folder));
  Graph<float> network = choice.make(parameters);
  require_sides(choice.kind(), data.train);
  const WeightBits bits = weight_bits_of(choice.kind(), network, data.train);
  Description description = describe(choice);
  description.words["dataset"] = run.data.dataset;
  const PictureSize size{.height = data.train.height, .width = data.train.width};
  if (size != PictureSize()) description.words["size"] = text_of(size);
  description.class_names = data.train.class_names;

  TrainOptions options = run.options;
  if (!run.from.empty() && !run.resume) {
    const Checkpoint checkpoint(run.from);
    start_from(checkpoint, parameters, description);
    options.start = origin(checkpoint);
  }
  Trainer trainer(parameters, std::ref(network), data, options, description);
  const std::unique_ptr<Admm> admm = admm_of(options.recipe, network);
  if (admm) trainer.add_hook(*admm);
  std::unique_ptr<TrainedModel> teacher;
  if (!run.teacher.empty()) teacher = teach(run.teacher, options.recipe, trainer);
  ProgressBar bar;
  SessionLog log(folder.sessions(), this_session(program_version(), program_commit()), bar);
  const Interrupt interrupt;
  trainer.set_folder(folder);
  if (first) trainer.set_listener(log);
  trainer.set_stop(Interrupt::requested);
  trainer.set_save(Interrupt::save_requested);
  if (run.resume) {
    trainer.resume();
  } else if (first) {
    folder.require_empty();
  }
  if (first) {
    if (!run.config.empty()) write_file(run.out / "config.ini", run.config);
    write_file(folder.recipe(), recipe_file_text(run.options.recipe));
    announce(options, data, parameters, bits);
  }

  TrainOutcome outcome;
  try {
    outcome = run_in_shards(trainer, run, parameters, choice.classes, log);
  } catch (const std::exception& error) {
    if (first) throw;
    throw Exit{exit_code(error)};  // rank 0 says why
  }
  if (first) log.close();
  if (!outcome.finished) {
    if (first) say_how_to_go_on(run);
    throw Exit{kStopped};
  }
  if (first) report(run, folder, outcome, data.test, bits);
}

}  // namespace mog::apps
