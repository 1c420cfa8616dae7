// Checkpoints: everything that a training run is, in one safetensors file; docs/run-files.md lists what is in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/safetensors.hpp"
#include "optim/optimizer.hpp"
#include "train/description.hpp"
#include "train/stage_name.hpp"

namespace mog {

/// Begins the names of the network that learns, in the checkpoint of a stage that keeps its average.
constexpr const char* kRawPrefix = "raw.";

/// How far a run has come. Steps of the stage are the optimizer's.
struct Position {
  Stage stage = Stage::full_precision;
  Index epoch = 0;            // epochs of this stage that are complete
  Index step = 0;             // steps of the next one
  double loss_sum = 0;        // over the images of those steps: loss, ...
  Index correct = 0;          // ... images whose class was found, ...
  Index images = 0;           // ... and how many they were
  double best_accuracy = -1;  // on the test set, of the last stage so far; -1 before its first epoch is complete
  std::string own_name = {};  // of the run, see StagePlan

  [[nodiscard]] std::string name() const { return stage_name(stage, own_name); }
  friend bool operator==(const Position&, const Position&) = default;
};

/// What a checkpoint says about itself.
struct CheckpointHeader {
  Description description;
  std::uint64_t seed = 1;  // of the network: initial weights and automata
  std::string training;    // how it was trained, one line; a run is resumed with the same line only
  std::string start = {};  // what its first weights were, one line; empty: drawn from the seed
  Position position;
};

/// Writes parameters, step sizes, running statistics, the optimizer's state, what else is kept (the raw network beside
/// its average) and the header, as write_file does. Throws IoError; NumericError, before anything is written, when a
/// number is not finite.
void save_checkpoint(const std::filesystem::path& path, const CheckpointHeader& header,
                     const Parameters<float>& parameters, const Optimizer<float>& optimizer,
                     const std::vector<Buffer<float>>& kept = {});

/// A checkpoint in memory. All functions throw DataError with one line that names the file and what is wrong with it.
class Checkpoint {
 public:
  /// Reads and checks format, version, header and checksum. Throws IoError when there is no such file.
  explicit Checkpoint(const std::filesystem::path& path);

  [[nodiscard]] const CheckpointHeader& header() const { return header_; }
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
  /// Tells this checkpoint from any other: 32 hexadecimal digits; "none" in files of version 1.
  [[nodiscard]] std::string checksum() const;
  /// In all of its tensors, the optimizer's included.
  [[nodiscard]] Index numbers() const;
  /// Copies weights, step sizes and statistics into a network's parameters: all of them, of the same shapes, finite,
  /// and no others in the file. Nothing is changed unless everything fits.
  void load(Parameters<float>& parameters) const;
  /// The same for parameters and optimizer, and what else was kept.
  void load(Parameters<float>& parameters, Optimizer<float>& optimizer,
            const std::vector<Buffer<float>>& kept = {}) const;

 private:
  void load(Parameters<float>& parameters, Optimizer<float>* optimizer, const std::vector<Buffer<float>>& kept) const;

  SafetensorsFile file_;
  CheckpointHeader header_;
};

}  // namespace mog
