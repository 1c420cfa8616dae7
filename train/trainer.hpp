// Trainer: the paper's three runs in a row (section IV.A), from new weights or from where a run stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/batches.hpp"
#include "data/dataset.hpp"
#include "models/network.hpp"
#include "optim/optimizer.hpp"
#include "train/checkpoint.hpp"
#include "train/hook.hpp"
#include "train/metrics.hpp"
#include "train/recipe.hpp"
#include "train/run_folder.hpp"
#include "train/weight_average.hpp"

namespace mog {

struct Evaluation;  // train/evaluate.hpp

struct TrainOptions {
  Recipe recipe = find_recipe("short");
  std::uint64_t seed = 1;      // of the order of the images and of their augmentation
  Index max_steps = 0;         // of each stage; 0 for no limit
  bool overfit_batch = false;  // learn the first batch of images only, 100 steps an epoch: the loss must go to 0
  int shards = 1;              // of each batch, whose sums are added in their order: part of how a run is trained
  double save_every = 300;     // seconds between checkpoints within an epoch; 0 saves after every step
  std::string start = {};      // one line: where the first weights come from; empty: they were drawn from a seed
};

/// Another network whose answers count beside the labels, in the runs whose plan gives it a weight.
struct Teacher {
  Network network;
  Stage stage = Stage::full_precision;
  std::string name;  // one line, part of how the run is trained: a file's name and checksum
};

/// Hears how a run goes. Called between steps, from the thread that trains; must not allocate if steps are not to.
class TrainListener {
 public:
  /// After each step: where the run is, and how fast it goes.
  struct Progress {
    const char* stage;    // its name
    Index epoch, epochs;  // the current one, from 1, of how many
    Index step, steps;    // complete, of how many in the epoch
    double loss;          // means over the epoch so far
    double accuracy;
    double images_per_second;  // over the last steps
    double seconds_left;       // of the whole run, at that speed
  };

  virtual ~TrainListener() = default;
  virtual void on_step(const Progress& /*progress*/) {}
  virtual void on_epoch(const EpochRow& /*row*/) {}
  /// Something that the person should know, one line: resumed at ..., a checkpoint that could not be written.
  virtual void on_message(const std::string& /*text*/) {}
};

/// How run() ended.
struct TrainOutcome {
  bool finished = false;       // false: a stop was requested; the run folder holds where to go on
  std::vector<EpochRow> rows;  // all epochs, those before a resume included
  std::size_t peak_bytes = 0;  // of the tape's arena: activations and gradients of a step
};

/// Trains a network through the stages of a recipe. Each stage begins with the weights that the one before ended with
/// and a fresh optimizer. Each epoch begins with what weight sources and hooks do then, new ternary step sizes among it
/// (paper Algorithm 1). It ends with a new estimate of the running statistics, where the recipe wants one, an evaluation
/// on the test set, a row in metrics.csv, last.safetensors, and in the last stage, if no epoch did better,
/// best.safetensors. Each stage but the last leaves its end as STAGE.safetensors, from which other runs can start. A
/// stage that averages its weights measures and leaves the averages, to files and to the next stage; from epoch to epoch
/// it goes on from the raw weights, which its checkpoints hold beside them. The result is the same to the byte on any
/// number of threads, and whether resumed or not.
class Trainer {
 public:
  /// `parameters` are the network's, `description` goes into checkpoints. Parameters and data must outlive the trainer.
  /// Throws std::invalid_argument on options out of range.
  Trainer(Parameters<float>& parameters, Network network, const DatasetPair& data, TrainOptions options,
          const Description& description = {});
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Keeps files in `folder`, which must outlive the trainer and hold no run yet, unless resume() is called. Without
  /// one, a run leaves nothing behind but the trained parameters.
  void set_folder(const RunFolder& folder) { folder_ = &folder; }
  void set_listener(TrainListener& listener) { listener_ = &listener; }
  /// A method of training that takes part, see TrainHook; called in the order in which they were added. It must outlive
  /// the trainer.
  void add_hook(TrainHook& hook) { hooks_.push_back(&hook); }
  /// Must be called before resume(), if at all.
  void set_teacher(Teacher teacher) { teacher_ = std::move(teacher); }
  /// Trains one shard of each batch, of as many as the options say, with the others at the other ends of this. To be
  /// called before run(), by each process of a run; shard 0 alone keeps files, listens and stops.
  void set_shards(Communicator& shards);
  /// How the run is trained, in one line: what must not change between a run and its resumption.
  [[nodiscard]] std::string training_line() const;
  /// Looked at between steps; true saves and ends run(). Interrupt::requested, for example.
  void set_stop(std::function<bool()> stop) { stop_ = std::move(stop); }
  /// Looked at between steps; true saves and goes on. Interrupt::save_requested, for example.
  void set_save(std::function<bool()> save) { save_now_ = std::move(save); }

  /// Continues from the folder's last.safetensors. Throws IoError when there is none, DataError when it is another
  /// network's or was trained otherwise.
  void resume();

  /// Trains to the end, or until asked to stop. Throws NumericError, before the weights are touched, as soon as a
  /// weight, a batch's statistics, the loss or a gradient is not finite, or a step size is 0; it names stage, epoch,
  /// step and the first layer that saw it. Throws std::invalid_argument when the folder holds a run already, and
  /// IoError when the last save of the run fails. A checkpoint that cannot be written earlier is reported to the
  /// listener and tried again at the next save; the last good one stays.
  TrainOutcome run();

 private:
  using Clock = std::chrono::steady_clock;

  void begin_stage(std::size_t stage);
  bool run_stage(const StagePlan& plan);
  bool run_epoch(const StagePlan& plan);
  void step(const StagePlan& plan);
  void learn(const StagePlan& plan);
  void add_gradients();
  void add_results(double loss, Index correct);
  void compare_weights();
  [[nodiscard]] Index images_in_step() const;
  Tensor<float> answers_of_teacher(const StagePlan& plan, const Tensor<float>& images);
  Tensor<float> load(const StagePlan& plan);
  [[nodiscard]] std::string first_layer_with_nan(const StagePlan& plan);
  [[noreturn]] void fail(const StagePlan& plan, bool stepping, const NumericError& error);
  void finish_epoch(const StagePlan& plan);
  Evaluation measure(const StagePlan& plan);
  void keep_averages();
  void report_step(const StagePlan& plan);

  [[nodiscard]] bool at_step_limit() const;
  [[nodiscard]] bool is_last(const StagePlan& plan) const;
  [[nodiscard]] double rate_of_step(const StagePlan& plan) const;
  [[nodiscard]] const StagePlan& plan() const { return options_.recipe.stages[stage_]; }
  [[nodiscard]] std::size_t stage_named(const std::string& name) const;
  [[nodiscard]] Index epochs_before() const;
  [[nodiscard]] Index steps_left() const;
  [[nodiscard]] CheckpointHeader header() const;
  void write_checkpoint(const std::filesystem::path& path);
  void save(const std::filesystem::path& path);
  void save_end(const StagePlan& plan);
  void save_best();
  void save_rest();
  bool tried(const std::function<void()>& write);
  void message(const std::string& text) const;

  Parameters<float>& parameters_;
  Network network_;
  TrainOptions options_;
  Description description_;
  Dataset first_batch_;  // of overfit_batch
  const Dataset& train_;
  const Dataset& test_;
  Batches batches_;
  struct {
    std::string train, test;
  } digest_;  // of the images
  Index steps_per_epoch_;
  Tape<float> tape_;
  std::unique_ptr<Optimizer<float>> optimizer_;  // of the present stage
  std::optional<WeightAverage> average_;         // of the present stage, from its first epoch on, where it wants one
  std::vector<std::int32_t> labels_;
  const RunFolder* folder_ = nullptr;
  TrainListener* listener_ = nullptr;
  std::function<bool()> stop_, save_now_;
  Communicator* shards_ = nullptr;
  std::vector<float> gradients_;  // of all parameters, for the shards' sums
  bool stop_agreed_ = false;
  std::optional<Teacher> teacher_;
  std::vector<TrainHook*> hooks_;

  std::size_t stage_ = 0;  // of the recipe

  Position position_;
  std::vector<EpochRow> rows_;
  bool saved_ = true;         // whether last.safetensors stands where the run does
  bool best_is_due_ = false;  // whether the epoch just completed is the best, and could not be saved as such
  Clock::time_point saved_at_ = Clock::now();
  double epoch_seconds_ = 0;      // of steps, and ...
  Index epoch_images_ = 0;        // ... images of the current epoch, in this process
  double seconds_per_image_ = 0;  // a running mean
  bool resumed_ = false;
};

}  // namespace mog
