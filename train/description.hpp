// Description: how a checkpoint says what its network is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/model.hpp"

namespace mog {

/// What a network is, in words that a checkpoint carries: architecture, sizes, data set. Two networks with the same
/// description have the same parameters.
struct Description {
  std::map<std::string, std::string> words;  // "model" -> its name, "classes" -> "10", ...
  std::vector<std::string> class_names;

  friend bool operator==(const Description&, const Description&) = default;
};

/// model, the model's options, classes.
Description describe(const ModelChoice& choice);
/// The way back. Throws DataError, beginning with `where`, when the model is unknown, or a word is missing, not a
/// number or out of range.
ModelChoice described(const Description& description, const std::string& where);

}  // namespace mog
