// Lowering: a trained network as an integer network that takes the same decisions.
#pragma once

#include "deploy/runtime/proof.hpp"
#include "layers/graph.hpp"

namespace mog {

struct LoweringOptions {
  Index height = 32, width = 32;              // of the pictures, so often divisible by 2 as the network pools
  std::vector<std::string> class_names = {};  // empty, or one a class
};

/// Lowers a network whose third run is trained, as it is evaluated then (Stage::quantized, running statistics): every
/// code equals the trained network's as long as that network's float sums are exact, see composed_sums(). Throws
/// std::invalid_argument, naming the node, when it has no integer form, when a sum does not fit 32 bits or when an
/// option does not fit the network.
ProvenNetwork lower(const Graph<float>& network, std::uint64_t seed, const LoweringOptions& options = {});

/// Levels of one channel: code(s) = QReLU(fma(s unit, scale, shift)) in float32 as the evaluation computes it (I16 of
/// docs/integers.md), `unit` a power of two, for the sums of `range`. It is exactly that function: as it is monotonic,
/// the least sum that reaches each code is found by bisection (I17). Levels at the ends stand for "every sum" (the
/// range's low end) and "none" (its high end + 1). Writes 2^bits - 1 levels and returns whether the channel falls.
struct ChannelAffineCode {
  float scale, shift, unit;
  int bits;
  std::int64_t low, high;  // range of the sums
};
bool find_levels(const ChannelAffineCode& channel, std::int32_t* levels);

}  // namespace mog
