// Weights quantized as the evaluation quantizes them, normalisation and QReLU as levels, the head in fixed point.
#include "deploy/lowering.hpp"

#include <cmath>

#include "core/float_environment.hpp"
#include "core/kernels/reference.hpp"
#include "deploy/ranges.hpp"
#include "layers/quantizers.hpp"

namespace mog {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// The weights that the evaluation computes with.
PackedWeights packed(const Parameter<float>& parameter) {
  Tape<float> tape;
  tape.set_recording(false);
  const bool binary = parameter.precision == Precision::binary;
  const Variable<float> proxy{parameter.value};
  const Tensor<float> quantized = (binary ? binarize(tape, proxy) : ternarize(tape, proxy, parameter.step)).value;
  std::vector<std::int8_t> weights;
  weights.reserve(at(quantized.elements()));
  for (const float w : quantized.values()) weights.push_back(static_cast<std::int8_t>(w));
  return pack_weights(binary ? WeightKind::binary : WeightKind::ternary, weights);
}

/// The levels of all channels of sums in these ranges.
Thresholds thresholds_of(const BatchNorm<float>& norm, const SumRange& range, float unit, int bits) {
  Tensor<float> scale, shift;
  norm.affine(scale, shift);
  const std::size_t levels = (std::size_t{1} << bits) - 1, channels = range.channels.size();
  Thresholds thresholds{.falling = std::vector<std::uint8_t>(channels),
                        .levels = std::vector<std::int32_t>(channels * levels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const Index i = static_cast<Index>(c);
    require(std::isfinite(scale[i]) && std::isfinite(shift[i]), range.name, ": channel ", c,
            ": its normalisation is not finite");
    thresholds.falling[c] = find_levels({.scale = scale[i],
                                         .shift = shift[i],
                                         .unit = unit,
                                         .bits = bits,
                                         .low = range.channels[c].low,
                                         .high = range.channels[c].high},
                                        thresholds.levels.data() + c * levels)
                                ? 1
                                : 0;
  }
  return thresholds;
}

/// Levels are 32-bit numbers, one more than the largest sum included.
void require_32_bits(const SumRange& range) {
  require(range.any_order < std::numeric_limits<std::int32_t>::max(), range.name, ": sums reach ", range.any_order,
          ", which 32 bits do not hold");
}

IntegerConv lower_conv(const Mognet<float>& network) {
  const Conv<float>& conv = network.conv();
  IntegerConv result{.name = "conv",
                     .in = conv.options().in,
                     .out = conv.options().out,
                     .weight = packed(conv.weight()),
                     .thresholds = {}};
  constexpr float kPixelUnit = 0x1p-7F;  // training divides centred pixels by 128
  result.thresholds = thresholds_of(network.conv_norm(), conv_range(result), kPixelUnit, network.options().bits);
  return result;
}

IntegerCflog lower_cflog(const std::string& name, const CflogBlock<float>& block, std::uint64_t seed, int bits) {
  const Cflog<float>& cflog = block.cflog();
  const CflogOptions& options = cflog.options();
  IntegerCflog result{.name = name,
                      .in = options.in,
                      .out = options.out,
                      .groups = options.groups,
                      .automaton = options.layer,
                      .squeeze = packed(cflog.squeeze().weight()),
                      .group = packed(cflog.group().weight()),
                      .thresholds = {}};
  const auto generated = automaton_weights(seed, options.layer, result.latent(), options.out);
  for (std::size_t i = 0; i < generated.size(); ++i) {
    require(generated[i] == cflog.generated()[static_cast<Index>(i)], name, ": its generated weights are not those of ",
            "seed ", seed, " and rule 30");
  }
  const auto sums = cflog_ranges(result, seed, (Index{1} << bits) - 1, Proof::intervals);
  for (const SumRange& range : sums) require_32_bits(range);
  result.thresholds = thresholds_of(block.norm(), sums.back(), 1.0F, bits);
  return result;
}

/// logit = scale mean + shift = (scale / pixels) sum + shift, with as many bits of fraction as keep the multipliers in
/// 32 bits and the class sums in 63.
IntegerHead lower_head(const Mognet<float>& network, Index pixels) {
  const Conv<float>& conv = network.head();
  IntegerHead head{.name = "head",
                   .in = conv.options().in,
                   .classes = conv.options().out,
                   .weight = packed(conv.weight()),
                   .multiplier = {},
                   .offset = {},
                   .fraction_bits = 0};
  Tensor<float> scale, shift;
  network.head_norm().affine(scale, shift);
  double largest_scale = 0, largest_shift = 0;
  for (Index c = 0; c < head.classes; ++c) {
    require(std::isfinite(scale[c]) && std::isfinite(shift[c]), "head: class ", c, ": its normalisation is not finite");
    largest_scale = std::max(largest_scale, std::abs(static_cast<double>(scale[c])) / static_cast<double>(pixels));
    largest_shift = std::max(largest_shift, std::abs(static_cast<double>(shift[c])));
  }
  const auto fits = [&](int bits) {
    return std::ldexp(largest_scale, bits) < 0x1p31 - 1 && std::ldexp(largest_shift, bits) < 0x1p61;
  };
  constexpr int kMostFractionBits = 60;
  int bits = kMostFractionBits;
  while (bits >= 0 && !fits(bits)) --bits;
  require(bits >= 0, "head: scales up to ", largest_scale, " and shifts up to ", largest_shift, " fit no fixed point");
  head.fraction_bits = bits;
  for (Index c = 0; c < head.classes; ++c) {
    head.multiplier.push_back(static_cast<std::int32_t>(
        std::llrint(std::ldexp(static_cast<double>(scale[c]) / static_cast<double>(pixels), bits))));
    head.offset.push_back(std::llrint(std::ldexp(static_cast<double>(shift[c]), bits)));
  }
  return head;
}

}  // namespace

bool find_levels(const ChannelAffineCode& channel, std::int32_t* levels) {
  const FloatEnvironment standard;
  const bool falling = channel.scale < 0;
  const auto code = [&](std::int64_t v) {
    const float x = static_cast<float>(falling ? -v : v) * channel.unit;
    return static_cast<int>(kernels::qrelu_code(std::fma(x, channel.scale, channel.shift), channel.bits));
  };
  const std::int64_t low = falling ? -channel.high : channel.low, end = (falling ? -channel.low : channel.high) + 1;
  std::int64_t least = low;  // the levels ascend
  for (int j = 1; j < 1 << channel.bits; ++j) {
    for (std::int64_t beyond = end; least < beyond;) {
      const std::int64_t middle = least + (beyond - least) / 2;
      if (code(middle) >= j) {
        beyond = middle;
      } else {
        least = middle + 1;
      }
    }
    levels[j - 1] = static_cast<std::int32_t>(least);
  }
  return falling;
}

IntegerNetwork lower(Mognet<float>& network, std::uint64_t seed, const LoweringOptions& options) {
  const FloatEnvironment standard;
  const int bits = network.options().bits;
  require(options.height >= 8 && options.width >= 8 && options.height % 8 == 0 && options.width % 8 == 0,
          "lower: pictures of ", options.height, " x ", options.width, " pixels, expected multiples of 8");
  IntegerNetwork result{.height = options.height,
                        .width = options.width,
                        .bits = bits,
                        .seed = seed,
                        .layers = {},
                        .head = {},
                        .class_names = options.class_names};
  result.layers.emplace_back(lower_conv(network));
  const auto blocks = network.blocks();
  const auto cflog = [&](std::size_t i) { return lower_cflog(blocks[i].first, *blocks[i].second, seed, bits); };
  for (std::size_t stage = 0; stage < 3; ++stage) {  // CFLOG, MRB, max-pool; see models/mognet.cpp
    const std::string number = std::to_string(stage + 1);
    result.layers.emplace_back(cflog(3 * stage));
    result.layers.emplace_back(
        IntegerMrb{.name = "mrb" + number, .a = cflog(3 * stage + 1), .b = cflog(3 * stage + 2)});
    result.layers.emplace_back(IntegerPool{.name = "pool" + number});
  }
  result.layers.emplace_back(cflog(9));
  result.head = lower_head(network, (options.height / 8) * (options.width / 8));
  check(result);
  // The trained network takes TGAP's decision from a quotient of floats, which is exact below 2^24.
  require(result.top_code() * options.height * options.width < Index{1} << 24, "lower: maps of ", options.height, " x ",
          options.width, " codes sum to more than the trained network's floats hold");
  return result;
}

}  // namespace mog
