// Run folders as `mog train` leaves them, without checkpoints: what reports are made from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "reproduce/plan.hpp"
#include "train/metrics.hpp"
#include "train/recipe_file.hpp"
#include "train/sessions.hpp"

namespace mog::testing {

/// A row of 100 seconds at 500 images/s.
inline EpochRow epoch(Stage stage, Index number, double accuracy) {
  return {.stage = stage,
          .epoch = number,
          .learning_rate = 1e-3,
          .train_loss = 1,
          .train_accuracy = accuracy,
          .test_accuracy = accuracy,
          .seconds = 100,
          .images_per_second = 500};
}

/// All rows of a recipe, whose last stage's epochs have these accuracies.
inline std::vector<EpochRow> rows_of(const Recipe& recipe, const std::vector<double>& accuracies) {
  std::vector<EpochRow> rows;
  for (const StagePlan& stage : recipe.stages) {
    for (Index e = 1; e <= stage.epochs; ++e) {
      const bool last = stage.stage == Stage::quantized;
      rows.push_back(epoch(stage.stage, e, last ? accuracies.at(static_cast<std::size_t>(e - 1)) : 0.95));
    }
  }
  return rows;
}

/// Writes config.ini, recipe.ini and metrics.csv of a planned run.
inline void put_run(const std::filesystem::path& out, const PlannedRun& run, const std::vector<EpochRow>& rows) {
  const std::filesystem::path folder = out / run.name;
  std::filesystem::create_directories(folder);
  std::string config =
      concat("[train]\ndataset = ", run.dataset, "\nn = ", run.network.maps, "\ng = ", run.network.groups,
             "\nk = ", run.network.bits, "\nseed = ", run.seed, "\nvalidation = ", run.validation, "\n");
  if (run.from) {
    const char* stage = run.from->stage == Stage::quantized ? "last" : name(run.from->stage);
    config += concat("from = \"some where/", run.from->run, "/", stage, ".safetensors\"\n");
  }
  write_file(folder / "config.ini", config);
  write_file(folder / "recipe.ini", recipe_file_text(run.recipe));
  write_file(folder / "metrics.csv", metrics_text(rows));
}

inline void put_sessions(const std::filesystem::path& folder, const std::vector<Session>& sessions) {
  write_file(folder / "sessions.csv", sessions_text(sessions));
}

}  // namespace mog::testing
