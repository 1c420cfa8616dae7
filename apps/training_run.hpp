// One training from the command line's words to the run folder: shared by `mog train` and `mog demo`.
#pragma once

#include <filesystem>

#include "apps/commands.hpp"
#include "apps/launch.hpp"
#include "models/model.hpp"
#include "train/trainer.hpp"

namespace mog::apps {

struct TrainingRun {
  DataChoice data;
  std::filesystem::path out;
  ModelChoice network;  // classes are the data's
  TrainOptions options;
  std::filesystem::path from;     // checkpoint that the weights begin as; empty: drawn from the seed
  std::filesystem::path teacher;  // checkpoint of a teacher; empty for none
  Index validation = 0;           // training images held back to measure on; 0: measured on the test images
  bool resume = false;
  int threads = 0;  // of all of this process's shards together; 0: those that are set
  Launch launch = {};
  std::string config = {};  // text kept as config.ini in the run folder
};

/// Trains, then prints what was learned and draws curves.svg and confusion.svg. Throws Exit{kStopped} after Ctrl-C,
/// when all is saved; otherwise what the trainer throws.
void train_and_report(const TrainingRun& run, DatasetPair data);

}  // namespace mog::apps
