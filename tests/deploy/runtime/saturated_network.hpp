// An integer network whose sums reach the ends of their ranges.
#pragma once

#include "deploy/runtime/weights.hpp"

namespace mog::testing {

/// Whatever the picture of 3 x 3 pixels, the first convolution gives the largest code everywhere. All of the squeeze's
/// weights are 1: its sums are top C. So are eight taps of the group's first output, the others 0: its sum in the middle
/// of the map is 8 top C m with m = C / 2, the widest that the network has. C is even.
inline IntegerNetwork saturated_network(Index channels, int bits) {
  constexpr Index kOut = 4, kClasses = 2;
  const Index m = channels / 2, levels = (Index{1} << bits) - 1;
  const auto always = [levels](Index count) {
    return Thresholds{.falling = std::vector<std::uint8_t>(static_cast<std::size_t>(count)),
                      .levels = std::vector<std::int32_t>(static_cast<std::size_t>(count * levels))};
  };
  std::vector<std::int8_t> group(static_cast<std::size_t>(9 * m * m));
  for (Index i = 0; i < 8 * m; ++i) group[static_cast<std::size_t>(i * m)] = 1;
  const auto ones = [](WeightKind kind, Index count) {
    return pack_weights(kind, std::vector<std::int8_t>(static_cast<std::size_t>(count), 1));
  };
  return {
      .height = 3,
      .width = 3,
      .bits = bits,
      .seed = 1,
      .layers = {IntegerConv{.name = "conv",
                             .in = 3,
                             .out = channels,
                             .weight = pack_weights(WeightKind::ternary,
                                                    std::vector<std::int8_t>(static_cast<std::size_t>(27 * channels))),
                             .thresholds = always(channels)},
                 IntegerCflog{.name = "cflog1",
                              .in = channels,
                              .out = kOut,
                              .groups = 1,
                              .automaton = 0,
                              .squeeze = ones(WeightKind::binary, channels * m),
                              .group = pack_weights(WeightKind::ternary, group),
                              .thresholds = always(kOut)}},
      .head = {.name = "head",
               .in = kOut,
               .classes = kClasses,
               .weight = ones(WeightKind::binary, kOut * kClasses),
               .multiplier = {1, 1},
               .offset = {0, 1},
               .fraction_bits = 0},
      .class_names = {}};
}

}  // namespace mog::testing
