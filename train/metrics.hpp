// Metrics: one row of numbers for each epoch, in metrics.csv.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/stage_name.hpp"

namespace mog {

/// What an epoch came to.
struct EpochRow {
  Stage stage = Stage::full_precision;
  Index epoch = 0;  // within the stage, counted from 1
  double learning_rate = 0;
  double train_loss = 0;         // mean over the epoch, while it went
  double train_accuracy = 0;     // the same, 0..1
  double test_accuracy = 0;      // after the epoch, in evaluation mode, 0..1
  double seconds = 0;            // of training, evaluation not counted; after a resume, of what was left of the epoch
  double images_per_second = 0;  // of training, over those seconds
  std::string own_name = {};     // of the run, see StagePlan
  /// ||W - Z||_F over all layers that ADMM trains, at the end of the epoch, see Admm; nothing without it.
  std::optional<double> residual = {};

  [[nodiscard]] std::string name() const { return stage_name(stage, own_name); }
};

/// The file's text: a line of names, a line for each row. The last column, residual, is there when a row has one.
std::string metrics_text(const std::vector<EpochRow>& rows);
/// Reads metrics.csv back. A last line that is cut off is left out. Throws IoError, DataError with the line's number.
std::vector<EpochRow> read_metrics(const std::filesystem::path& path);

}  // namespace mog
