// Reads config.ini, recipe.ini, metrics.csv and sessions.csv, as many of them as there are.
#include "reproduce/run_record.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "train/recipe_file.hpp"
#include "train/run_folder.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

/// A value as it is, or what stands between its quotes.
std::string value_of(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  if (!quoted) return std::string(text);
  std::string value;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text.front() == '"' && text[i] == '\\' && i + 2 < text.size()) ++i;  // the letter after it, whatever it is
    value += text[i];
  }
  return value;
}

/// KEY = VALUE lines as `mog train` writes them.
std::map<std::string, std::string> read_words(const fs::path& path) {
  constexpr Index kLargest = 1 << 20;
  const std::vector<std::byte> bytes = read_bytes(path, kLargest);
  std::map<std::string, std::string> words;
  for (const std::string& line : split({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    words[std::string(trimmed(line.substr(0, equals)))] = value_of(trimmed(std::string_view(line).substr(equals + 1)));
  }
  return words;
}

/// A recipe without what two files of the same training may differ in.
std::string essence(Recipe recipe) {
  recipe.about.clear();
  return recipe_file_text(recipe);
}

std::string epochs_text(const Recipe& recipe) {
  const auto& stages = recipe.stages;
  return concat(stages[0].epochs, ",", stages[1].epochs, ",", stages[2].epochs);
}

}  // namespace

bool RunRecord::finished() const {
  if (!recipe || rows.empty()) return false;
  const auto last = std::find_if(recipe->stages.rbegin(), recipe->stages.rend(),
                                 [](const StagePlan& plan) { return plan.epochs > 0; });
  return rows.back().stage == last->stage && rows.back().epoch == last->epochs;
}

std::optional<Start> RunRecord::from() const {
  const auto found = words.find("from");
  if (found == words.end() || found->second.empty()) return std::nullopt;
  const fs::path checkpoint = found->second;
  Start start{.run = checkpoint.parent_path().filename().string(), .stage = Stage::quantized};
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
    if (checkpoint.stem() == name(stage)) start.stage = stage;
  }
  return start;
}

std::optional<Index> RunRecord::number(const std::string& word) const {
  const auto found = words.find(word);
  return found == words.end() ? std::nullopt : from_text<Index>(found->second);
}

RunRecord read_run(const fs::path& folder) {
  RunRecord record{.folder = folder};
  const auto there = [&](const char* name) { return fs::exists(folder / name); };
  if (there("config.ini")) record.words = read_words(folder / "config.ini");
  if (there("recipe.ini")) record.recipe = read_recipe(folder / "recipe.ini");
  if (there("metrics.csv")) record.rows = read_metrics(folder / "metrics.csv");
  if (there("sessions.csv")) record.sessions = read_sessions(folder / "sessions.csv");
  record.can_go_on = there("last.safetensors");
  record.exists = there("metrics.csv") || record.can_go_on;
  return record;
}

std::string network_mismatch(const RunRecord& record, const PlannedRun& run) {
  if (!record.exists) return {};
  const auto differs = [&](const std::string& word, Index wanted) -> std::string {
    const auto found = record.number(word);
    return !found || *found == wanted ? "" : concat("has ", word, " = ", *found, ", the plan ", wanted);
  };
  const auto dataset = record.words.find("dataset");
  if (dataset != record.words.end() && dataset->second != run.dataset) {
    return concat("was trained on ", dataset->second, ", the plan says ", run.dataset);
  }
  for (const std::string& found :
       {differs("n", run.network.maps), differs("g", run.network.groups), differs("k", run.network.bits),
        differs("seed", static_cast<Index>(run.seed)), differs("validation", run.validation)}) {
    if (!found.empty()) return found;
  }
  return {};
}

std::string recipe_mismatch(const RunRecord& record, const PlannedRun& run) {
  if (!record.exists || !record.recipe || essence(*record.recipe) == essence(run.recipe)) return {};
  const std::string here = epochs_text(*record.recipe), wanted = epochs_text(run.recipe);
  return here == wanted ? concat("has another recipe than the plan's, ", run.recipe.name)
                        : concat("has a recipe of ", here, " epochs, the plan's, ", run.recipe.name, ", ", wanted);
}

}  // namespace mog
