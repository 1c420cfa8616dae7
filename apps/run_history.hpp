// What a run folder's metrics.csv says about how long its training took.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/types.hpp"

namespace mog::apps {

struct RunHistory {
  std::vector<std::pair<std::string, Index>> epochs;  // of each stage, in the order of the file
  double seconds = 0;                                 // of training
  double images = 0;                                  // trained on in that time, each as often as it was

  [[nodiscard]] Index all_epochs() const;
};

/// Adds a run. Finds the columns stage, seconds and images_per_second by their names, so that files of other programs,
/// or with more columns, are understood. Throws IoError, DataError with the line's number.
void add_run(RunHistory& history, const std::filesystem::path& metrics);

}  // namespace mog::apps
