// A convolution's weights in ONNX's order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "deploy/runtime/weights.hpp"

namespace mog::onnx {

/// [out, in / groups, side, side] of -1, 0 and +1.
struct Kernel {
  Index out, in, side, groups;
  std::vector<std::int8_t> weights;

  [[nodiscard]] Index inputs() const { return in / groups; }  // of one output
  /// Weights of one output.
  [[nodiscard]] Index terms() const { return inputs() * side * side; }
  [[nodiscard]] std::vector<Index> shape() const { return {out, inputs(), side, side}; }
  [[nodiscard]] bool has_zeros() const;
};

/// From training's order [in, out].
Kernel pointwise_kernel(std::span<const std::int8_t> weights, Index in, Index out);
/// From training's order [G, 3, 3, I, Q].
Kernel conv3x3_kernel(std::span<const std::int8_t> weights, Index groups, Index in, Index out);

/// Turns the sign of the outputs that fall, so that every code rises with its sum.
Kernel rising(Kernel kernel, std::span<const std::uint8_t> falling);
/// The same convolution in one group, with zeros between the groups.
Kernel dense(const Kernel& kernel);
/// The inputs [begin, end) of a convolution in one group.
Kernel some_inputs(const Kernel& kernel, Index begin, Index end);

}  // namespace mog::onnx
