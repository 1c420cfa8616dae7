// The integer network: all that a deployed MOGNET computes with, as a plain value. (I1) and so on: docs/integers.md.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "deploy/runtime/weights.hpp"

namespace mog {

/// Batch normalisation and QReLU as comparisons (I8): the code of a sum s in channel o is the number of j with
/// v >= levels[o, j], where v = falling[o] ? -s : s. Levels ascend within a channel. Channels whose normalisation has a
/// negative scale fall: their code gets smaller as the sum grows.
struct Thresholds {
  std::vector<std::uint8_t> falling;  // [O], 0 or 1
  std::vector<std::int32_t> levels;   // [O, 2^k - 1]

  friend bool operator==(const Thresholds&, const Thresholds&) = default;
};

/// The trained network's number for a pixel one brighter: it computes with (pixel - 128) / 128.
constexpr double kPixelUnit = 0x1p-7;

/// The first layer: 3x3, stride 1, border of zeros, one group, from pixels to codes: (I1), (I7), (I8).
///   s[h, w, o] = sum (pixel - 128) weight,  code = thresholds(s)
struct IntegerConv {
  std::string name;  // "conv"
  Index in = 3, out = 0;
  PackedWeights weight;  // ternary [1, 3, 3, in, out]
  Thresholds thresholds;

  friend bool operator==(const IntegerConv&, const IntegerConv&) = default;
};

/// CFLOG, from codes to codes: squeeze (pointwise C -> m = C / 2, I6), group (3x3, G groups, I7), expand (pointwise
/// m -> O, weights from the automaton, I6), thresholds (I8). Between them run sums without rounding or saturation.
struct IntegerCflog {
  std::string name;  // "cflog1", "mrb1.a"
  Index in = 0, out = 0, groups = 1;
  std::uint32_t automaton = 0;  // the first state is drawn from (network seed, this)
  PackedWeights squeeze;        // binary [in, m]
  PackedWeights group;          // ternary [G, 3, 3, m / G, m / G]
  Thresholds thresholds;

  [[nodiscard]] Index latent() const { return in / 2; }
  friend bool operator==(const IntegerCflog&, const IntegerCflog&) = default;
};

/// MUX residual block on codes, (I10) to (I12): i1 = b(a(x)), i0 = floor((x + i1) / 2) (k = 1: x OR i1), y = s ? i1 :
/// i0 for each channel, s = [2 sum of the channel's map of x > (2^k - 1) H W].
struct IntegerMrb {
  std::string name;  // "mrb1"
  IntegerCflog a, b;

  friend bool operator==(const IntegerMrb&, const IntegerMrb&) = default;
};

/// 2x2 maximum with stride 2 (I13).
struct IntegerPool {
  std::string name;  // "pool1"

  friend bool operator==(const IntegerPool&, const IntegerPool&) = default;
};

/// The last layer: pointwise convolution, its sums added over all pixels, and a fixed-point affine map for each class
/// (I14):
///   class_sum[c] = multiplier[c] sum_p sum_i x[p, i] weight[i, c] + offset[c]
///   logit[c] = class_sum[c] 2^-fraction_bits
/// The largest class sum, the first of equal ones, is the answer (I15).
struct IntegerHead {
  std::string name;  // "head"
  Index in = 0, classes = 0;
  PackedWeights weight;  // binary or ternary [in, classes]
  std::vector<std::int32_t> multiplier;
  std::vector<std::int64_t> offset;
  int fraction_bits = 0;

  friend bool operator==(const IntegerHead&, const IntegerHead&) = default;
};

using IntegerLayer = std::variant<IntegerConv, IntegerCflog, IntegerMrb, IntegerPool>;

/// Input: `height` x `width` x 3 bytes, channels last; output: one class sum a class.
struct IntegerNetwork {
  Index height = 32, width = 32;
  int bits = 3;            // k of the activations
  std::uint64_t seed = 1;  // of the automata
  std::vector<IntegerLayer> layers;
  IntegerHead head;
  std::vector<std::string> class_names;  // empty, or one a class

  [[nodiscard]] Index top_code() const { return (Index{1} << bits) - 1; }
  friend bool operator==(const IntegerNetwork&, const IntegerNetwork&) = default;
};

/// Bits of all stored weights: what the paper counts.
Index weight_bits(const IntegerNetwork& network);

}  // namespace mog
