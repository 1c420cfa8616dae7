// The words of `mog train`, and the recipes that they name.
#include "reproduce/command_line.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "train/recipe_file.hpp"

namespace mog {
namespace {

std::filesystem::path recipe_path(const Recipe& recipe, const Place& place) {
  return place.out / "recipes" / (recipe.name + ".ini");
}

std::string recipe_word(const Plan& plan, const PlannedRun& run, const Place& place) {
  const bool own = std::any_of(plan.recipes.begin(), plan.recipes.end(),
                               [&](const Recipe& recipe) { return recipe.name == run.recipe.name; });
  return own ? recipe_path(run.recipe, place).string() : run.recipe.name;
}

}  // namespace

std::vector<std::string> train_words(const Plan& plan, const PlannedRun& run, const Place& place) {
  std::vector<std::string> words = {"train", "--dataset", run.dataset};
  const auto add = [&words](const char* option, const auto& value) {
    words.emplace_back(option);
    words.push_back(concat(value));
  };
  if (!place.data.empty()) add("--data", place.data.string());
  add("--out", (place.out / run.name).string());
  if (run.model) {
    add("--model", run.model->model);
    for (const auto& [option, word] : run.model->words) add(("--" + option).c_str(), word);
  } else {
    add("--n", run.network.maps);
    add("--g", run.network.groups);
    add("--k", run.network.bits);
  }
  add("--recipe", recipe_word(plan, run, place));
  std::string epochs;
  for (const StagePlan& stage : run.recipe.stages) epochs += concat(epochs.empty() ? "" : ",", stage.epochs);
  add("--epochs", epochs);
  add("--seed", run.seed);
  if (run.validation > 0) add("--validation", run.validation);
  if (run.from) add("--from", start_path(*run.from, place).string());
  if (place.threads > 0) add("--threads", place.threads);
  words.emplace_back("--continue");
  return words;
}

std::filesystem::path start_path(const Start& start, const Place& place) {
  const char* file = start.stage == Stage::quantized ? "last" : name(start.stage);
  return place.out / start.run / concat(file, ".safetensors");
}

void write_recipes(const Plan& plan, const Place& place) {
  if (plan.recipes.empty()) return;
  const std::filesystem::path folder = place.out / "recipes";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError(concat(folder.string(), ": cannot make this folder: ", error.message()));
  for (const Recipe& recipe : plan.recipes) write_file(recipe_path(recipe, place), recipe_file_text(recipe));
}

}  // namespace mog
