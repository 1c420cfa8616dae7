// Small integer networks for the tests of the file: the documented example, and one with every kind of layer.
#pragma once

#include "deploy/runtime/integer_network.hpp"

namespace mog::testing {

/// One 3x3 convolution of a picture of 2 x 2 pixels and two classes, "no" and "yes": the example of
/// docs/packed-file.md.
inline IntegerNetwork example_network() {
  std::vector<std::int8_t> conv(54), head{1, -1, -1, 1};
  for (std::size_t i = 0; i < conv.size(); ++i) conv[i] = static_cast<std::int8_t>(static_cast<int>(i % 3) - 1);
  return {.height = 2,
          .width = 2,
          .bits = 2,
          .seed = 1,
          .layers = {IntegerConv{.name = "conv",
                                 .in = 3,
                                 .out = 2,
                                 .weight = pack_weights(WeightKind::ternary, conv),
                                 .thresholds = {.falling = {0, 1}, .levels = {-100, 0, 100, 40, 81, 121}}}},
          .head = {.name = "head",
                   .in = 2,
                   .classes = 2,
                   .weight = pack_weights(WeightKind::binary, head),
                   .multiplier = {3, -2},
                   .offset = {-5, 7},
                   .fraction_bits = 2},
          .class_names = {"no", "yes"}};
}

/// Every kind of layer: convolution, CFLOG, residual block, pool, head, for pictures of 4 x 4 pixels.
inline IntegerNetwork small_network(int bits = 2) {
  const Index levels = (Index{1} << bits) - 1;
  const auto thresholds = [levels](Index channels, std::int32_t step) {
    Thresholds all;
    for (Index c = 0; c < channels; ++c) {
      all.falling.push_back(static_cast<std::uint8_t>(c % 2));
      for (Index j = 0; j < levels; ++j) {
        all.levels.push_back(static_cast<std::int32_t>((j - 1) * step + step / 3 * (c % 3 - 1)));
      }
    }
    return all;
  };
  const auto weights = [](WeightKind kind, Index count) {
    std::vector<std::int8_t> all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const int draw = static_cast<int>(i * 2654435761U >> 7 & 0xFF);
      all[i] = static_cast<std::int8_t>(kind == WeightKind::binary ? 2 * (draw % 2) - 1 : draw % 3 - 1);
    }
    return pack_weights(kind, all);
  };
  const auto cflog = [&](const std::string& name, std::uint32_t automaton) {
    return IntegerCflog{.name = name,
                        .in = 4,
                        .out = 4,
                        .groups = 2,
                        .automaton = automaton,
                        .squeeze = weights(WeightKind::binary, 4 * 2),
                        .group = weights(WeightKind::ternary, 9 * 2),
                        .thresholds = thresholds(4, 9)};
  };
  return {.height = 4,
          .width = 4,
          .bits = bits,
          .seed = 0x0123456789ABCDEF,
          .layers = {IntegerConv{.name = "conv",
                                 .in = 3,
                                 .out = 4,
                                 .weight = weights(WeightKind::ternary, 9 * 3 * 4),
                                 .thresholds = thresholds(4, 200)},
                     cflog("cflog1", 0), IntegerMrb{.name = "mrb1", .a = cflog("mrb1.a", 1), .b = cflog("mrb1.b", 2)},
                     IntegerPool{.name = "pool1"}},
          .head = {.name = "head",
                   .in = 4,
                   .classes = 3,
                   .weight = weights(WeightKind::ternary, 12),
                   .multiplier = {1 << 20, -12345, 77},
                   .offset = {-1, 1LL << 40, 0},
                   .fraction_bits = 30},
          .class_names = {"one", "two", "three"}};
}

}  // namespace mog::testing
