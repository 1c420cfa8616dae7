// How large a network is, and what an image costs it.
#pragma once

#include "models/model.hpp"

namespace mog {

struct NetworkSize {
  Index weight_bits = 0;  // as the network's paper counts them; of a MOGNET 1 for a binary weight, 2 for a ternary one
  Index macs = 0;         // multiply-accumulates for a picture of 32 x 32 pixels
};

/// As `mog summary` prints them. Computed once for each network.
const NetworkSize& size_of(const ModelChoice& choice);

}  // namespace mog
