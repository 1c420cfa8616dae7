// selftest.c of the exported C: pictures, and what the trained network makes of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "deploy/c_export/plan.hpp"

namespace mog::c_export {

using Pictures = std::vector<std::vector<std::uint8_t>>;

/// Two that the network takes: noise, and a soft gradient; between them they reach most codes.
Pictures drawn_pictures(const IntegerNetwork& network);

/// The pictures, the CRC-32 of every layer's codes of each, and its class sums.
std::string self_test(const IntegerNetwork& network, const Plan& plan, const Pictures& pictures);

}  // namespace mog::c_export
