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
  std::string text;
  for (const StagePlan& plan : recipe.stages) text += concat(text.empty() ? "" : ",", plan.epochs);
  return text;
}

/// Empty when the words of config.ini say another network's name or options; else which, and what was expected.
std::string model_mismatch(const RunRecord& record, const ModelChoice& choice) {
  const auto differs = [&](const std::string& word, const std::string& wanted) -> std::string {
    const auto found = record.words.find(word);
    if (found == record.words.end() || found->second == wanted) return {};
    return concat("has ", word, " = ", found->second, ", the plan ", wanted);
  };
  if (std::string found = differs("model", choice.model); !found.empty()) return found;
  if (choice.model == "mognet") return {};  // whose numbers are compared as such
  for (const auto& [word, wanted] : choice.words) {
    if (std::string found = differs(word, wanted); !found.empty()) return found;
  }
  return {};
}

}  // namespace

const StagePlan& last_stage(const Recipe& recipe) {
  const auto last =
      std::find_if(recipe.stages.rbegin(), recipe.stages.rend(), [](const StagePlan& plan) { return plan.epochs > 0; });
  return last == recipe.stages.rend() ? recipe.stages.back() : *last;
}

bool RunRecord::finished() const {
  if (!recipe || rows.empty()) return false;
  const StagePlan& last = last_stage(*recipe);
  return rows.back().name() == last.name() && rows.back().epoch == last.epochs;
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
  std::vector<std::string> all = {model_mismatch(record, run.choice())};
  if (!run.model) {
    for (const auto& [word, wanted] :
         {std::pair{"n", run.network.maps}, {"g", run.network.groups}, {"k", Index{run.network.bits}}}) {
      all.push_back(differs(word, wanted));
    }
  }
  all.push_back(differs("seed", static_cast<Index>(run.seed)));
  all.push_back(differs("validation", run.validation));
  const auto found = std::find_if(all.begin(), all.end(), [](const std::string& one) { return !one.empty(); });
  return found == all.end() ? std::string() : *found;
}

std::string recipe_mismatch(const RunRecord& record, const PlannedRun& run) {
  if (!record.exists || !record.recipe || essence(*record.recipe) == essence(run.recipe)) return {};
  const std::string here = epochs_text(*record.recipe), wanted = epochs_text(run.recipe);
  return here == wanted ? concat("has another recipe than the plan's, ", run.recipe.name)
                        : concat("has a recipe of ", here, " epochs, the plan's, ", run.recipe.name, ", ", wanted);
}

}  // namespace mog
