// How large a MOGNET is, and what an image costs it.
#pragma once

#include "models/mognet.hpp"

namespace mog {

struct NetworkSize {
  Index weight_bits = 0;  // 1 for a binary weight, 2 for a ternary one, as the paper counts them
  Index macs = 0;         // multiply-accumulates for a picture of 32 x 32 pixels
};

/// As `mog summary` prints them. Computed once for each network.
const NetworkSize& size_of(const MognetOptions& options);

}  // namespace mog
