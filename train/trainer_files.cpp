// What a training saves between its steps, and how it goes on from there.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "train/stage_optimizer.hpp"
#include "train/trainer.hpp"

namespace mog {
namespace {

/// What is in the network's place while the averages are in it; nothing where there are none.
std::vector<Buffer<float>> kept_of(const std::optional<WeightAverage>& average) {
  return average ? average->kept() : std::vector<Buffer<float>>();
}

/// The parts, between semicolons, that only one of two lines has; "nothing" where that is none.
std::pair<std::string, std::string> differences(const std::string& one, const std::string& other) {
  const auto only_in = [](const std::string& line, const std::string& without) {
    const std::vector<std::string> known = split(without, ';');
    std::string text;
    for (const std::string& part : split(line, ';')) {
      if (std::find(known.begin(), known.end(), part) == known.end()) text += (text.empty() ? "" : ";") + part;
    }
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string("nothing") : text.substr(first);
  };
  return {only_in(one, other), only_in(other, one)};
}

/// The rows up to an epoch of a stage. number: a stage's, by its name. Throws DataError unless each epoch stands once, in
/// order.
std::vector<EpochRow> read_rows(const std::filesystem::path& metrics, std::pair<std::size_t, Index> last,
                                const auto& number) {
  std::vector<EpochRow> rows = read_metrics(metrics);
  std::pair<std::size_t, Index> before;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::pair at(number(rows[i].name()), rows[i].epoch);
    if (i > 0 && at <= before) {
      throw DataError(concat(metrics.string(), ": line ", i + 2, ": epoch ", at.second, " of ", rows[i].name(),
                             " behind epoch ", before.second, " of ", rows[i - 1].name()));
    }
    before = at;
    if (at <= last) kept = i + 1;
  }
  rows.resize(kept);
  return rows;
}

}  // namespace

std::string Trainer::training_line() const {
  std::string hooks;
  for (const TrainHook* hook : hooks_) hooks += concat("; ", hook->text());
  return concat(options_.recipe.text(), "; data seed ", options_.seed, "; ", "learning from ", train_.size(),
                " images ", digest_.train, "; measured on ", test_.size(), " images ", digest_.test,
                options_.max_steps > 0 ? concat("; at most ", options_.max_steps, " steps a stage") : "",
                options_.overfit_batch ? "; one batch only" : "",
                options_.shards > 1 ? concat("; in ", options_.shards, " shards") : "",
                teacher_ ? concat("; teacher ", teacher_->name, " at temperature ", options_.recipe.temperature) : "",
                hooks);
}

CheckpointHeader Trainer::header() const {
  return {.description = description_,
          .seed = parameters_.seed(),
          .training = training_line(),
          .start = options_.start,
          .position = position_};
}

void Trainer::resume() {
  require(folder_ != nullptr, "train: resume without a folder");
  const Checkpoint checkpoint(folder_->last());
  const CheckpointHeader& found = checkpoint.header();
  const CheckpointHeader wanted = header();
  const auto compare = [&](const char* what, const auto& in_file, const auto& here) {
    if (in_file != here) {
      throw DataError(concat(folder_->last().string(), ": another ", what, ": ", in_file, ", expected ", here));
    }
  };
  for (const auto& [key, value] : wanted.description.words) {
    const auto in_file = found.description.words.find(key);
    compare(key.c_str(), in_file == found.description.words.end() ? "none" : in_file->second, value);
  }
  if (found.description != wanted.description) {
    throw DataError(concat(folder_->last().string(), ": another model, or other class names"));
  }
  compare("seed", found.seed, wanted.seed);
  const auto [here, there] = differences(wanted.training, found.training);
  compare("way of training", there, here);
  options_.start = found.start;
  stage_ = stage_named(found.position.name());
  optimizer_ = optimizer_of(plan(), parameters_);
  if (found.position.epoch > plan().epochs || found.position.step > steps_per_epoch_) {
    throw DataError(concat(folder_->last().string(), ": epoch ", found.position.epoch, ", step ", found.position.step,
                           " of ", plan().name(), ", which has ", plan().epochs, " epochs of ", steps_per_epoch_,
                           " steps"));
  }
  if (plan().average > 0) average_.emplace(parameters_, plan().average);
  checkpoint.load(parameters_, *optimizer_, kept_of(average_));
  if (average_) average_->exchange();  // the raw network goes on
  position_ = found.position;
  resumed_ = true;

  rows_.clear();
  if (std::filesystem::exists(folder_->metrics())) {
    const auto number = [this](const std::string& name) { return stage_named(name); };
    rows_ = read_rows(folder_->metrics(), {stage_, position_.epoch}, number);
    for (EpochRow& row : rows_) row.stage = options_.recipe.stages[stage_named(row.name())].stage;
  } else {
    message(concat(folder_->metrics().string(), " is missing: the epochs so far will not be in it"));
  }
  message(concat("resumed at ", position_.name(), ", epoch ", position_.epoch + 1, ", step ", position_.step));
}

/// The run of this name, which a file of this run folder has. Throws DataError when the recipe has none.
std::size_t Trainer::stage_named(const std::string& name) const {
  const auto& stages = options_.recipe.stages;
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const StagePlan& one) { return one.name() == name; });
  if (found == stages.end()) throw DataError(concat(folder_->path().string(), ": the recipe has no run ", name));
  return static_cast<std::size_t>(found - stages.begin());
}

void Trainer::write_checkpoint(const std::filesystem::path& path) {
  const Averaged averaged(average_);
  save_checkpoint(path, header(), parameters_, *optimizer_, kept_of(average_));
}

void Trainer::save(const std::filesystem::path& path) {
  saved_at_ = Clock::now();  // of the attempt: the next one is due as long after it
  write_checkpoint(path);
  saved_ = true;
}

/// Keeps where a stage ended, for other runs to start from.
void Trainer::save_end(const StagePlan& plan) { write_checkpoint(folder_->end_of(plan.name())); }

/// Saves the weights of the epoch that has just been completed as the best so far.
void Trainer::save_best() {
  const double before = std::exchange(position_.best_accuracy, rows_.back().test_accuracy);
  try {
    write_checkpoint(folder_->best());
  } catch (...) {
    position_.best_accuracy = before;
    throw;
  }
  best_is_due_ = false;
}

/// At the end, what could not be saved before; here a failure is the run's failure.
void Trainer::save_rest() {
  if (!saved_) save(folder_->last());
  if (!best_is_due_) return;
  save_best();
  save(folder_->last());  // once more: it names the best accuracy
}

/// Runs `write`; a failure is a message, the run goes on.
bool Trainer::tried(const std::function<void()>& write) {
  try {
    write();
    return true;
  } catch (const IoError& error) {
    message(concat(error.what(), "; training goes on, and the next save tries again"));
    return false;
  }
}

}  // namespace mog
