// The systems that a MOGNET is set beside, each with what it trains in the CPU time that the larger MOGNET takes.
#pragma once

#include <string>
#include <vector>

#include "models/model.hpp"
#include "train/recipe.hpp"

namespace mog {

/// A network and how it is trained.
struct System {
  std::string model;   // in models()
  std::string recipe;  // its short one, in recipes()
  /// Images a second of training over those of a MOGNET with n = 128, over all runs of the two's recipes: as measured on
  /// two cores with AVX-512 (docs/lab/training-step.md).
  double speed;
  ModelWords small = {};     // options of a rehearsal's network; otherwise they are the model's fallbacks
  const char* printed = "";  // its method in Table II, see Printed; empty: not there
};

/// The seven of them.
const std::vector<System>& systems();

/// Images a second of a MOGNET with n = 64 over those of one with n = 128, as above.
inline constexpr double kSpeedOfHalf = 3.1;

/// The recipe for so many epochs in all: its runs keep their shares, and one epoch at least.
Recipe with_epochs_in_all(const Recipe& recipe, Index epochs);

}  // namespace mog
