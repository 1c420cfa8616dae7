// Models: the networks that the program knows by name, each with its options.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "layers/graph.hpp"

namespace mog {

/// A model's options by name, as a command line and a checkpoint have them: "n" -> "32".
using ModelWords = std::map<std::string, std::string>;

/// One option: a whole number from `least` to `most`, or one of `words`.
struct ModelOption {
  std::string name;  // "n"
  std::string help;
  std::string fallback;  // where it is not given
  Index least = 0, most = 0;
  std::vector<std::string> words = {};

  /// "32, expected 2 to 2048", for a message about a value that it does not take; empty for one that it takes.
  [[nodiscard]] std::string objection(const std::string& value) const;
  /// "2 to 2048", "binary or ternary".
  [[nodiscard]] std::string range() const;
};

struct ModelKind {
  std::string name;   // "mognet"
  std::string about;  // one line
  std::vector<ModelOption> options;
  Index side_multiple = 1;  // of which a picture's height and width are multiples
  // How its paper counts sizes:
  int full_bits = 32;          // of a number in full precision
  Index channel_numbers = 0;   // numbers of a normalised channel, and biases with them; 0: neither
  bool indices_count = false;  // whether the bits of indices are among them, see WeightStorage
  ModelWords in_floats = {};   // options of the network in full precision that it compares with; empty: not there
  /// Adds the network's parameters. `words` has all options, each in its range. Throws std::invalid_argument when they
  /// do not fit each other.
  std::function<Graph<float>(Parameters<float>& parameters, const ModelWords& words, Index classes)> make;

  /// The given words, and the fallbacks of all others. Throws std::invalid_argument, beginning with the model's name,
  /// on a word that is no option of this model, or out of range.
  [[nodiscard]] ModelWords complete(const ModelWords& given) const;
  /// Bits of a layer as this model's paper counts them. as_floats: were its stored weights in full precision.
  [[nodiscard]] Index counted_bits(const LayerReport& layer, bool as_floats = false) const;
};

/// A model and its options: all that a network is, but for its weights.
struct ModelChoice {
  std::string model;  // a name in models()
  ModelWords words;   // all of its options
  Index classes = 10;

  [[nodiscard]] const ModelKind& kind() const;
  /// Throws what the model's make throws.
  [[nodiscard]] Graph<float> make(Parameters<float>& parameters) const;
};

/// All of them, a line each in models.cpp; the first is the default.
const std::vector<ModelKind>& models();
/// Throws std::invalid_argument with the list of names when there is none of this name.
const ModelKind& find_model(const std::string& name);

}  // namespace mog
