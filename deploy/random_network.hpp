// An untrained MOGNET as an integer network: for timing and for tests.
#pragma once

#include "deploy/runtime/integer_network.hpp"

namespace mog {

struct RandomNetworkOptions {
  Index maps = 128;    // n, even
  Index groups = 4;    // g, a divisor of n / 2
  int bits = 3;        // k, 1..8
  Index classes = 10;  // at least 2
  Index height = 32;   // multiples of 8
  Index width = 32;
  std::uint64_t seed = 1;
};

/// MOGNET's layers with random weights, and with levels so far apart that every code occurs; every fifth channel falls.
/// Throws std::invalid_argument when an option is out of range.
IntegerNetwork random_network(const RandomNetworkOptions& options);

}  // namespace mog
