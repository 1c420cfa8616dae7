// The optimizer that a stage trains with.
#pragma once

#include <memory>

#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "train/recipe.hpp"

namespace mog {

/// A fresh one, as the plan describes it, of all parameters.
inline std::unique_ptr<Optimizer<float>> optimizer_of(const StagePlan& plan, Parameters<float>& parameters) {
  if (plan.optimizer == OptimizerKind::sgd) {
    return std::make_unique<Sgd<float>>(parameters,
                                        SgdOptions{.momentum = plan.momentum, .weight_decay = plan.weight_decay});
  }
  return std::make_unique<Adam<float>>(parameters, AdamOptions{.weight_decay = plan.weight_decay});
}

}  // namespace mog
