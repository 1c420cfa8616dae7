// MOGNET's options as the words of a checkpoint, and back.
#include "train/network.hpp"

#include "core/error.hpp"
#include "train/text.hpp"

namespace mog {
namespace {

const std::string& word(const Description& description, const std::string& key, const std::string& where) {
  const auto found = description.words.find(key);
  if (found == description.words.end()) throw DataError(concat(where, ": the model has no ", key));
  return found->second;
}

Index number(const Description& description, const std::string& key, Index most, const std::string& where) {
  const std::string& text = word(description, key, where);
  const auto value = from_text<Index>(text);
  if (!value || *value < 1 || *value > most) {
    throw DataError(concat(where, ": the model's ", key, " is ", text, ", expected 1 to ", most));
  }
  return *value;
}

}  // namespace

Description describe(const MognetOptions& options) {
  return {.words = {{"model", "mognet"},
                    {"n", to_text(options.maps)},
                    {"g", to_text(options.groups)},
                    {"k", to_text(options.bits)},
                    {"classes", to_text(options.classes)},
                    {"head", name(options.head)}},
          .class_names = {}};
}

MognetOptions mognet_options(const Description& description, const std::string& where) {
  constexpr Index kMostMaps = 4096, kMostClasses = 100'000;
  const std::string& model = word(description, "model", where);
  if (model != "mognet") throw DataError(concat(where, ": holds a ", model, ", expected a mognet"));
  MognetOptions options;
  options.maps = number(description, "n", kMostMaps, where);
  options.groups = number(description, "g", kMostMaps, where);
  options.bits = static_cast<int>(number(description, "k", 8, where));
  options.classes = number(description, "classes", kMostClasses, where);
  const std::string& head = word(description, "head", where);
  if (head != name(Precision::binary) && head != name(Precision::ternary)) {
    throw DataError(concat(where, ": the model's head is ", head, ", expected binary or ternary"));
  }
  options.head = head == name(Precision::binary) ? Precision::binary : Precision::ternary;
  return options;
}

}  // namespace mog
