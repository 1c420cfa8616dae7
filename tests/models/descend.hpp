// Plain gradient descent, for tests that a network learns.
#pragma once

#include <cmath>

#include "layers/parameters.hpp"

namespace mog::testing {

/// A step down the gradient, for each parameter of the same length for its size; those without a gradient stand still.
/// Clears the gradients.
inline void descend(Parameters<float>& parameters) {
  for (Parameter<float>& parameter : parameters.trained()) {
    if (parameter.gradient.empty()) continue;
    double norm = 1e-12;
    for (const float g : parameter.gradient.values()) norm += static_cast<double>(g) * static_cast<double>(g);
    const auto rate = static_cast<float>(0.02 * std::sqrt(static_cast<double>(parameter.value.elements()) / norm));
    for (Index i = 0; i < parameter.value.elements(); ++i) parameter.value[i] -= rate * parameter.gradient[i];
  }
  parameters.clear_gradients();
}

}  // namespace mog::testing
