// model_weights.h of the exported C: the network's own arrays and its table of steps.
#pragma once

#include <string>

#include "deploy/c_export/plan.hpp"

namespace mog::c_export {

struct Tables {
  std::string text;
  Index bytes = 0;  // that the arrays take
};

/// Throws std::invalid_argument when a layer's name cannot be part of a C name, or two are alike.
Tables make_tables(const ProvenNetwork& network, const Plan& plan);

}  // namespace mog::c_export
