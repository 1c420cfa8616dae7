// The gradient checks of every operation and block: one list for the tests and for the command `mog gradcheck`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "layers/gradient_check.hpp"

namespace mog {

struct GradientCase {
  std::string operation;  // "batch norm, training"
  std::string shape;      // "[2, 3, 4, 17]"
  std::function<GradientReport()> run;
};

/// Smooth operations on 20 shapes and more each, around the vector widths and at primes; inputs keep away from kinks.
std::vector<GradientCase> smooth_gradient_cases();
/// Straight-through operations against what they state, ties, boundaries and NaN included.
std::vector<GradientCase> straight_through_gradient_cases();

}  // namespace mog
