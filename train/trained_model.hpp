// A model out of a checkpoint, ready to run.
#pragma once

#include <filesystem>
#include <memory>

#include "data/picture_size.hpp"
#include "train/checkpoint.hpp"

namespace mog {

struct TrainedModel {
  /// Builds the network that the checkpoint describes and loads its weights. Throws DataError, see Checkpoint.
  explicit TrainedModel(const Checkpoint& checkpoint);
  TrainedModel(const TrainedModel&) = delete;
  TrainedModel& operator=(const TrainedModel&) = delete;

  Description description;
  ModelChoice choice;
  PictureSize size;  // of the pictures that it was trained on
  Stage stage;       // that it was trained in last, and is to be evaluated in
  Parameters<float> parameters;
  Graph<float> network;
};

/// Throws IoError and DataError, see Checkpoint.
std::unique_ptr<TrainedModel> load_model(const std::filesystem::path& path);

}  // namespace mog
