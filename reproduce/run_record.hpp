// What a run folder says about itself, whichever program wrote it: nothing is taken from the plan.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/plan.hpp"
#include "train/metrics.hpp"
#include "train/sessions.hpp"

namespace mog {

/// A folder's small files, read. Checkpoints are not: a folder that was copied without them is as good.
struct RunRecord {
  std::filesystem::path folder;
  bool exists = false;                            // whether there is anything of a run
  bool can_go_on = false;                         // whether last.safetensors is there
  std::map<std::string, std::string> words = {};  // of config.ini, without their quotes
  std::optional<Recipe> recipe = {};
  std::vector<EpochRow> rows = {};
  std::vector<Session> sessions = {};

  /// How many epochs its recipe has, and how many of them are complete. 0 and all rows without a recipe.
  [[nodiscard]] Index planned() const { return recipe ? recipe->epochs() : 0; }
  [[nodiscard]] Index done() const { return static_cast<Index>(rows.size()); }
  /// Whether its last row is the last epoch of its recipe's last stage.
  [[nodiscard]] bool finished() const;
  /// Where its weights began, if in another run's folder; config.ini's word `from`.
  [[nodiscard]] std::optional<Start> from() const;
  /// A word of config.ini as a whole number; nothing where it is missing or none.
  [[nodiscard]] std::optional<Index> number(const std::string& word) const;
};

/// The last stage that has epochs.
const StagePlan& last_stage(const Recipe& recipe);

/// Throws IoError where a file cannot be read, DataError with the file's name where one is no such file.
RunRecord read_run(const std::filesystem::path& folder);

/// Empty when the folder holds nothing, or a run of this network, pictures and seed; else one line: what is there, and
/// what was expected.
std::string network_mismatch(const RunRecord& record, const PlannedRun& run);
/// The same for the recipe.
std::string recipe_mismatch(const RunRecord& record, const PlannedRun& run);

}  // namespace mog
