// A planned run as the words of `mog train`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reproduce/plan.hpp"

namespace mog {

/// Where a plan is carried out.
struct Place {
  std::filesystem::path out;   // holds a folder for each run
  std::filesystem::path data;  // of the pictures; empty for built-in ones
  int threads = 0;             // of each run; 0: as many as there are cores
};

/// The words after the program's name: the same ones begin the run, go on with it, and find it finished.
std::vector<std::string> train_words(const Plan& plan, const PlannedRun& run, const Place& place);

/// The checkpoint that a run begins with.
std::filesystem::path start_path(const Start& start, const Place& place);

/// Writes the recipes of the plan's own into its folder. Throws IoError.
void write_recipes(const Plan& plan, const Place& place);

}  // namespace mog
