// A MOGNET out of a checkpoint, ready to run.
#pragma once

#include <filesystem>
#include <memory>

#include "train/checkpoint.hpp"

namespace mog {

struct TrainedMognet {
  /// Builds the network that the checkpoint describes and loads its weights. Throws DataError, see Checkpoint.
  explicit TrainedMognet(const Checkpoint& checkpoint);
  TrainedMognet(const TrainedMognet&) = delete;
  TrainedMognet& operator=(const TrainedMognet&) = delete;

  Description description;
  Stage stage;  // that it was trained in last, and is to be evaluated in
  Parameters<float> parameters;
  Mognet<float> network;
};

/// Throws IoError and DataError, see Checkpoint.
std::unique_ptr<TrainedMognet> load_mognet(const std::filesystem::path& path);

}  // namespace mog
