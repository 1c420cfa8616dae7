// Options as data become options of a command: one that several models have is one option.
#include "apps/model_options.hpp"

#include "core/error.hpp"

namespace mog::apps {
namespace {

std::string model_help() {
  std::string text = "Which network:";
  for (const ModelKind& kind : models()) text += "\n  " + kind.name + ": " + kind.about;
  return text;
}

/// The same option of all models that have it: "Bits of an activation (mognet, resnet20: 1 to 8; 3)".
std::string option_help(const std::string& name) {
  std::string help;
  std::map<std::string, std::string> models_by_range;
  for (const ModelKind& kind : models()) {
    for (const ModelOption& option : kind.options) {
      if (option.name != name) continue;
      if (help.empty()) help = option.help;
      std::string& names = models_by_range[concat(option.range(), "; ", option.fallback)];
      if (!names.empty()) names += ", ";
      names += kind.name;
    }
  }
  std::string text;
  for (const auto& [range, names] : models_by_range) text += concat(text.empty() ? "" : "; ", names, ": ", range);
  return concat(help, " (", text, ")");
}

}  // namespace

void ModelOptions::add_options(CLI::App& command) {
  command.add_option("--model", model_, model_help())->capture_default_str();
  for (const ModelKind& kind : models()) {
    for (const ModelOption& option : kind.options) {
      if (options_.contains(option.name)) continue;
      // The value is checked when the model is known: option->results() has it.
      options_[option.name] = command.add_option(
          "--" + option.name, [](const CLI::results_t& /*words*/) { return true; }, option_help(option.name));
      options_[option.name]->type_name(option.words.empty() ? "INT" : "TEXT");
    }
  }
}

ModelWords ModelOptions::given() const {
  ModelWords words;
  for (const auto& [name, option] : options_) {
    if (option->count() > 0) words[name] = option->results().back();
  }
  return words;
}

ModelChoice ModelOptions::choice(Index classes) const {
  return {.model = model_, .words = find_model(model_).complete(given()), .classes = classes};
}

void ModelOptions::settle() {
  for (const auto& [name, value] : find_model(model_).complete(given())) options_.at(name)->default_str(value);
}

}  // namespace mog::apps
