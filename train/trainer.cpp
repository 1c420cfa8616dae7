// The loops over stages, epochs and steps.
#include "train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/file.hpp"
#include "core/float_environment.hpp"
#include "data/digest.hpp"
#include "layers/loss.hpp"
#include "train/activation_range.hpp"
#include "train/drawings.hpp"
#include "train/evaluate.hpp"
#include "train/finite.hpp"
#include "train/stage_optimizer.hpp"

namespace mog {
namespace {

constexpr Index kOverfitSteps = 100;    // steps that are called an epoch when there is one batch only
constexpr Index kAverageBatches = 100;  // for an average's statistics, where the recipe does not say how many

TrainOptions checked(TrainOptions options) {
  check(options.recipe);
  require(options.max_steps >= 0, "train: at most ", options.max_steps, " steps, expected 0 (no limit) or more");
  require(options.save_every >= 0, "train: a checkpoint every ", options.save_every, " seconds, expected 0 or more");
  if (options.overfit_batch) options.recipe.augment = {.pad = 0, .flip = Flip::none};
  return options;
}

/// The first images of a data set, as many as a batch holds; empty unless wanted.
Dataset first_images(const Dataset& data, const TrainOptions& options) {
  Dataset first;
  if (!options.overfit_batch) return first;
  first = {.name = data.name,
           .height = data.height,
           .width = data.width,
           .channels = data.channels,
           .pixels = {},
           .labels = {},
           .class_names = data.class_names};
  first.resize(std::min(options.recipe.batch, data.size()));
  std::copy_n(data.pixels.begin(), first.pixels.size(), first.pixels.begin());
  std::copy_n(data.labels.begin(), first.labels.size(), first.labels.begin());
  return first;
}

/// Throws unless a checkpoint can hold these names: one a line, UTF-8.
Description checked(const Description& description) {
  SafetensorsWriter writer;
  for (const std::string& name : description.class_names) {
    require(name.find('\n') == std::string::npos, "train: a class name has a line break: ", name);
    writer.set_metadata(name, name);
  }
  for (const auto& [key, value] : description.words) writer.set_metadata(key, value);
  return description;
}

}  // namespace

Trainer::Trainer(Parameters<float>& parameters, Network network, const DatasetPair& data, TrainOptions options,
                 const Description& description)
    : parameters_(parameters),
      network_(std::move(network)),
      options_(checked(std::move(options))),
      description_(checked(description)),
      first_batch_(first_images(data.train, options_)),
      train_(options_.overfit_batch ? first_batch_ : data.train),
      test_(options_.overfit_batch ? first_batch_ : data.test),
      batches_(Batches::training(train_, {.batch = options_.recipe.batch,
                                          .seed = options_.seed,
                                          .augment = options_.recipe.augment,
                                          .shards = options_.shards})),
      digest_{digest(train_), digest(test_)},
      steps_per_epoch_(options_.overfit_batch ? kOverfitSteps : batches_.count()),
      optimizer_(optimizer_of(options_.recipe.stages.front(), parameters)) {
  labels_.reserve(static_cast<std::size_t>(options_.recipe.batch));
  require(train_.size() >= 2, "train: ", train_.size(), " images to learn from, expected at least 2");
  require(options_.overfit_batch || options_.recipe.batch <= train_.size(), "train: batch of ", options_.recipe.batch,
          ", expected at most the ", train_.size(), " images there are to learn from");
  require(test_.size() >= 1, "train: no images to measure on");
  require(options_.shards >= 1 && options_.shards <= options_.recipe.batch, "train: ", options_.shards,
          " shards, expected 1 to the batch of ", options_.recipe.batch, " images");
}

void Trainer::message(const std::string& text) const {
  if (listener_ != nullptr) listener_->on_message(text);
}

TrainOutcome Trainer::run() {
  const FloatEnvironment standard;
  if (folder_ != nullptr && !resumed_) folder_->require_empty();
  if (folder_ != nullptr) tried([&] { write_file(folder_->metrics(), metrics_text(rows_)); });
  saved_ = resumed_;
  saved_at_ = Clock::now();
  bool finished = true;
  for (std::size_t stage = stage_; stage < options_.recipe.stages.size(); ++stage) {
    if (options_.recipe.stages[stage].epochs == 0) continue;
    if (stage != stage_ || position_.name() != plan().name()) begin_stage(stage);
    finished = run_stage(plan());
    if (!finished) break;
    if (folder_ != nullptr && !is_last(plan())) tried([&] { save_end(plan()); });
  }
  if (folder_ != nullptr) save_rest();
  if (finished) keep_averages();
  resumed_ = true;  // run() again goes on, it does not begin anew
  return {.finished = finished, .rows = rows_, .peak_bytes = tape_.arena().peak_bytes()};
}

bool Trainer::at_step_limit() const { return options_.max_steps > 0 && optimizer_->steps() >= options_.max_steps; }

/// At the end of a stage: what it comes to is the average.
void Trainer::keep_averages() {
  if (average_) average_->exchange();
  average_.reset();
}

void Trainer::begin_stage(std::size_t stage) {
  keep_averages();
  stage_ = stage;
  position_ = {.stage = plan().stage, .own_name = plan().own_name};
  optimizer_ = optimizer_of(plan(), parameters_);
}

bool Trainer::run_stage(const StagePlan& plan) {
  while (position_.epoch < plan.epochs && !(position_.step == 0 && at_step_limit())) {
    if (!run_epoch(plan)) return false;
  }
  return true;
}

/// Returns false when a stop was requested before the epoch was complete.
bool Trainer::run_epoch(const StagePlan& plan) {
  bool stepping = true;
  best_is_due_ = false;  // of the epoch before, whose weights change now
  try {
    parameters_.set_frozen(position_.epoch >= plan.epochs - plan.frozen_epochs);
    if (position_.step == 0 && !parameters_.frozen()) parameters_.begin_epoch();
    for (TrainHook* hook : hooks_) {
      if (position_.step == 0) hook->begin_epoch(plan, position_.epoch, parameters_);
    }
    const bool begins = position_.epoch == 0 && position_.step == 0;
    if (begins) divide_ranges(parameters_, plan.range);
    if (begins && plan.average > 0) average_.emplace(parameters_, plan.average);
    epoch_seconds_ = 0;
    epoch_images_ = 0;
    while (position_.step < steps_per_epoch_ && !at_step_limit()) {
      if (shards_ == nullptr ? stop_ && stop_() : stop_agreed_) return false;
      step(plan);
      saved_ = false;
      const double unsaved = std::chrono::duration<double>(Clock::now() - saved_at_).count();
      const bool asked = save_now_ && save_now_();
      if (folder_ != nullptr && (asked || unsaved >= options_.save_every)) tried([&] { save(folder_->last()); });
    }
    stepping = false;
    finish_epoch(plan);
  } catch (const NumericError& error) {
    if (std::string_view(error.what()).starts_with("train: ")) throw;  // another shard's, which says where
    fail(plan, stepping, error);
  }
  return true;
}

/// The pictures of the next step; their labels are then in labels_.
Tensor<float> Trainer::load(const StagePlan& plan) {
  const Index batch = options_.overfit_batch ? 0 : position_.step, size = batches_.size(batch);
  const Index epoch = epochs_before() + position_.epoch;
  labels_.resize(static_cast<std::size_t>(size));  // never beyond what was reserved
  if (position_.epoch < plan.crop_epochs) {
    Tensor<float> images = tape_.make({size, plan.crop, plan.crop, train_.channels});
    batches_.fill_cropped(epoch, batch, plan.crop, images.values(), labels_);
    return images;
  }
  Tensor<float> images = tape_.make({size, train_.height, train_.width, train_.channels});
  batches_.fill(epoch, batch, images.values(), labels_);
  return images;
}

/// The rate in the middle of the step, so that a line to 0 neither begins nor ends with a step of none.
double Trainer::rate_of_step(const StagePlan& plan) const {
  const double part = (static_cast<double>(position_.step) + 0.5) / static_cast<double>(steps_per_epoch_);
  return plan.schedule.at(static_cast<double>(position_.epoch) + part);
}

/// The teacher's logits for a batch; empty where the stage has no teacher.
Tensor<float> Trainer::answers_of_teacher(const StagePlan& plan, const Tensor<float>& images) {
  if (!teacher_ || plan.teacher == 0) return {};
  const NotRecording guard(tape_);
  Pass<float> pass{.tape = tape_, .stage = teacher_->stage, .training = false};
  return teacher_->network(pass, {images, {}}).value;
}

/// Forward, backward, update. Throws NumericError before the update when a number is not finite.
void Trainer::learn(const StagePlan& plan) {
  check_values(parameters_);
  const Tensor<float> images = load(plan);
  SoftTargets<float> soft{.label_smoothing = options_.recipe.label_smoothing,
                          .teacher = answers_of_teacher(plan, images)};
  if (!soft.teacher.empty()) soft.weight = plan.teacher, soft.temperature = options_.recipe.temperature;
  if (shards_ != nullptr) soft.images = images_in_step();
  Pass<float> pass{.tape = tape_,
                   .stage = plan.stage,
                   .training = true,
                   .weight_gradients = options_.recipe.weight_gradients,
                   .qrelu_slope = options_.recipe.qrelu_slope,
                   .shards = shards_};
  const Variable<float> logits = network_(pass, {images, {}});
  const Variable<float> loss = softmax_cross_entropy<float>(tape_, logits, labels_, soft);
  const auto value = static_cast<double>(loss.value[0]);
  if (!std::isfinite(value)) throw NumericError(concat("the loss is ", value));
  tape_.backward(loss);
  if (shards_ != nullptr) add_gradients();
  for (TrainHook* hook : hooks_) hook->before_update(plan, parameters_);
  check_gradients(parameters_);
  optimizer_->step(rate_of_step(plan));
  add_results(value, count_correct<float>(logits.value, labels_));
  if (average_) average_->update(optimizer_->steps());
}

/// Of all shards.
Index Trainer::images_in_step() const { return batches_.whole_size(options_.overfit_batch ? 0 : position_.step); }

void Trainer::step(const StagePlan& plan) {
  const Clock::time_point start = Clock::now();
  learn(plan);
  tape_.reset();

  const Index size = images_in_step();
  position_.images += size;
  ++position_.step;
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  epoch_seconds_ += seconds;
  epoch_images_ += size;
  const double each = seconds / static_cast<double>(size);
  seconds_per_image_ = seconds_per_image_ == 0 ? each : 0.95 * seconds_per_image_ + 0.05 * each;
  if (listener_ != nullptr) report_step(plan);
}

/// Runs the failed step's forward pass once more and looks at what each layer returns: says which is the first to
/// return NaN or infinity, or nothing when none does.
std::string Trainer::first_layer_with_nan(const StagePlan& plan) {
  std::string first;
  const auto look = [&first](const LayerReport& layer, const Variable<float>& y) {
    if (first.empty() && first_not_finite(y.value) >= 0) first = "; first seen in what " + layer.name + " returns";
  };
  try {
    Pass<float> pass{.tape = tape_, .stage = plan.stage, .training = true, .observer = look};
    network_(pass, {load(plan), {}});
  } catch (const NumericError&) {  // again
  }
  tape_.reset();
  return first;
}

/// Ends the run because of a number, in the next step of the current epoch or at its end.
void Trainer::fail(const StagePlan& plan, bool stepping, const NumericError& error) {
  tape_.reset();
  parameters_.clear_gradients();
  const bool saved = folder_ != nullptr && std::filesystem::exists(folder_->last());
  throw NumericError(concat("train: ", plan.name(), ", epoch ", position_.epoch + 1, ", ",
                            stepping ? concat("step ", position_.step + 1) : "its end", ": ", error.what(),
                            stepping ? first_layer_with_nan(plan) : "", "; the weights were not updated",
                            saved ? concat("; ", folder_->last().string(), " is as it was last saved") : ""));
}

void Trainer::report_step(const StagePlan& plan) {
  const auto images = static_cast<double>(position_.images);
  listener_->on_step({.stage = plan.own_name.empty() ? name(plan.stage) : plan.own_name.c_str(),
                      .epoch = position_.epoch + 1,
                      .epochs = plan.epochs,
                      .step = position_.step,
                      .steps = steps_per_epoch_,
                      .loss = position_.loss_sum / images,
                      .accuracy = static_cast<double>(position_.correct) / images,
                      .images_per_second = 1 / seconds_per_image_,
                      .seconds_left = static_cast<double>(steps_left() * options_.recipe.batch) * seconds_per_image_});
}

/// Evaluates the network, or the average of its weights, whose step sizes and statistics are made anew.
Evaluation Trainer::measure(const StagePlan& plan) {
  Index batches = options_.recipe.statistics_batches;
  if (average_) average_->take_buffers();
  const Averaged averaged(average_);
  if (average_ && batches == 0) batches = kAverageBatches;
  if (average_ && !parameters_.frozen()) parameters_.begin_epoch();
  estimate_statistics(
      network_, plan.stage, batches_,
      {.epoch = epochs_before() + position_.epoch, .batches = batches, .tape = &tape_, .shards = shards_});
  return evaluate(network_, plan.stage, test_, {.batch = options_.recipe.batch, .tape = &tape_, .shards = shards_});
}

/// Measures, adds the epoch's row, moves on to the next epoch and saves everything.
void Trainer::finish_epoch(const StagePlan& plan) {
  check_values(parameters_);
  if (shards_ != nullptr) compare_weights();
  const Evaluation test = measure(plan);
  const auto images = static_cast<double>(position_.images);
  rows_.push_back({.stage = plan.stage,
                   .epoch = position_.epoch + 1,
                   .learning_rate = plan.schedule.at(static_cast<double>(position_.epoch) + 0.5),
                   .train_loss = position_.loss_sum / images,
                   .train_accuracy = static_cast<double>(position_.correct) / images,
                   .test_accuracy = test.accuracy,
                   .seconds = epoch_seconds_,
                   .images_per_second = epoch_seconds_ > 0 ? static_cast<double>(epoch_images_) / epoch_seconds_ : 0,
                   .own_name = plan.own_name});
  for (TrainHook* hook : hooks_) hook->end_epoch(plan, parameters_, rows_.back());
  position_ = {.stage = plan.stage,
               .epoch = position_.epoch + 1,
               .best_accuracy = position_.best_accuracy,
               .own_name = plan.own_name};
  if (listener_ != nullptr) listener_->on_epoch(rows_.back());
  if (folder_ == nullptr) return;

  saved_ = false;
  // last.safetensors comes after all that it promises.
  tried([&] { write_file(folder_->metrics(), metrics_text(rows_)); });
  best_is_due_ = is_last(plan) && test.accuracy > position_.best_accuracy;
  if (best_is_due_) tried([&] { save_best(); });  // the next good epoch tries again, or the end of the run
  tried([&] { save(folder_->last()); });
  tried([&] { write_file(folder_->curves(), curves_svg(rows_)); });
  tried([&] { write_file(folder_->confusion(), confusion_svg(test.confusion, test_.class_names)); });
}

bool Trainer::is_last(const StagePlan& plan) const {
  const auto& stages = options_.recipe.stages;
  const auto last = std::find_if(stages.rbegin(), stages.rend(), [](const StagePlan& one) { return one.epochs > 0; });
  return last->name() == plan.name();
}

Index Trainer::epochs_before() const {
  Index epochs = 0;
  for (std::size_t i = 0; i < stage_; ++i) epochs += options_.recipe.stages[i].epochs;
  return epochs;
}

Index Trainer::steps_left() const {
  Index steps = -optimizer_->steps();
  for (std::size_t i = stage_; i < options_.recipe.stages.size(); ++i) {
    const Index planned = options_.recipe.stages[i].epochs * steps_per_epoch_;
    steps += options_.max_steps > 0 ? std::min(planned, options_.max_steps) : planned;
  }
  return steps;
}

}  // namespace mog
