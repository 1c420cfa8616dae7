// A model and its options as the words of a checkpoint, and back.
#include "train/description.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

const std::string& word(const Description& description, const std::string& key, const std::string& where) {
  const auto found = description.words.find(key);
  if (found == description.words.end()) throw DataError(concat(where, ": the model has no ", key));
  return found->second;
}

const ModelKind& kind_named(const std::string& name, const std::string& where) {
  const auto found =
      std::find_if(models().begin(), models().end(), [&](const ModelKind& kind) { return kind.name == name; });
  if (found == models().end())
    throw DataError(concat(where, ": holds a ", name, ", which is no model of this program"));
  return *found;
}

}  // namespace

Description describe(const ModelChoice& choice) {
  Description description{.words = {choice.words.begin(), choice.words.end()}, .class_names = {}};
  description.words["model"] = choice.model;
  description.words["classes"] = to_text(choice.classes);
  return description;
}

ModelChoice described(const Description& description, const std::string& where) {
  const ModelKind& kind = kind_named(word(description, "model", where), where);
  ModelChoice choice{.model = kind.name, .words = {}, .classes = 0};
  for (const ModelOption& option : kind.options) {
    const std::string& value = word(description, option.name, where);
    if (const std::string objection = option.objection(value); !objection.empty()) {
      throw DataError(concat(where, ": the model's ", option.name, " is ", objection));
    }
    choice.words[option.name] = value;
  }
  const std::string& classes = word(description, "classes", where);
  choice.classes = from_text<Index>(classes).value_or(0);
  if (choice.classes < 1 || choice.classes > kMostClasses) {
    throw DataError(concat(where, ": the model's classes is ", classes, ", expected 1 to ", kMostClasses));
  }
  return choice;
}

}  // namespace mog
