// Weights quantized as the evaluation quantizes them, normalisation and QReLU as levels, the head in fixed point;
// docs/integers.md has the equations (I1) and so on.
#include "deploy/lowering.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/float_environment.hpp"
#include "core/kernels/reference.hpp"

namespace mog {
namespace {

/// The weights that the evaluation computes with.
std::vector<std::int8_t> evaluated(const Conv<float>& conv) {
  Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .training = false};
  const Tensor<float> weights = conv.weights(pass).value;
  std::vector<std::int8_t> whole;
  whole.reserve(to_size(weights.elements()));
  for (const float w : weights.values()) whole.push_back(static_cast<std::int8_t>(w));
  return whole;
}

/// The same, packed. Throws std::invalid_argument, naming the layer, when they are neither binary nor ternary.
PackedWeights packed(const Conv<float>& conv) {
  const WeightSource<float>& source = conv.source();
  const bool binary = dynamic_cast<const BinaryWeights<float>*>(&source) != nullptr;
  require(binary || dynamic_cast<const TernaryWeights<float>*>(&source) != nullptr, "lower: ", conv.name(), ": ",
          source.kind(), " weights have no integer form, expected binary or ternary ones");
  return pack_weights(binary ? WeightKind::binary : WeightKind::ternary, evaluated(conv));
}

/// What a layer's levels are made from: the normalisation of its sums, and what 1 is in these.
struct Normalised {
  const BatchNorm<float>* norm;
  float unit;
};

/// The levels of all channels of sums in these ranges.
Thresholds thresholds_of(const Normalised& layer, const SumRange& range, int bits) {
  Tensor<float> scale, shift;
  layer.norm->affine(scale, shift);
  const std::size_t levels = (std::size_t{1} << bits) - 1, channels = range.channels.size();
  Thresholds thresholds{.falling = std::vector<std::uint8_t>(channels),
                        .levels = std::vector<std::int32_t>(channels * levels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const Index i = static_cast<Index>(c);
    require(std::isfinite(scale[i]) && std::isfinite(shift[i]), range.name, ": channel ", c,
            ": its normalisation is not finite");
    thresholds.falling[c] = find_levels({.scale = scale[i],
                                         .shift = shift[i],
                                         .unit = layer.unit,
                                         .bits = bits,
                                         .low = range.channels[c].low,
                                         .high = range.channels[c].high},
                                        thresholds.levels.data() + c * levels)
                                ? 1
                                : 0;
  }
  return thresholds;
}

/// The first layer, of pixels, without its levels.
IntegerConv lower_conv(const std::string& name, const ConvBlock<float>& block) {
  const ConvOptions& options = block.conv().options();
  require(options.in == 3 && options.kernel == 3 && options.groups == 1 && options.stride == 1 &&
              block.following().bits > 0,
          "lower: ", name, ": expected a 3x3 convolution of 3 channels with stride 1 and an activation");
  return {.name = name, .in = options.in, .out = options.out, .weight = packed(block.conv()), .thresholds = {}};
}

/// The same.
IntegerCflog lower_cflog(const std::string& name, const CflogBlock<float>& block, std::uint64_t seed) {
  const Cflog<float>& cflog = block.cflog();
  const CflogOptions& options = cflog.options();
  IntegerCflog result{.name = name,
                      .in = options.in,
                      .out = options.out,
                      .groups = options.groups,
                      .automaton = options.layer,
                      .squeeze = packed(cflog.squeeze()),
                      .group = packed(cflog.group()),
                      .thresholds = {}};
  const auto generated = automaton_weights(seed, options.layer, result.latent(), options.out);
  require(evaluated(cflog.expand()) == generated, name, ": its generated weights are not those of seed ", seed,
          " and rule 30");
  return result;
}

/// (I18): logit = scale mean + shift = (scale / pixels) sum + shift, with as many bits of fraction as keep the
/// multipliers in 32 bits and the class sums in 63.
IntegerHead lower_head(const std::string& name, const ConvBlock<float>& block, Index pixels) {
  const Conv<float>& conv = block.conv();
  require(conv.options().kernel == 1 && conv.options().stride == 1, "lower: ", name,
          ": expected a pointwise convolution with stride 1 before the global average");
  IntegerHead head{.name = name,
                   .in = conv.options().in,
                   .classes = conv.options().out,
                   .weight = packed(conv),
                   .multiplier = {},
                   .offset = {},
                   .fraction_bits = 0};
  Tensor<float> scale, shift;
  block.norm().affine(scale, shift);
  double largest_scale = 0, largest_shift = 0;
  for (Index c = 0; c < head.classes; ++c) {
    require(std::isfinite(scale[c]) && std::isfinite(shift[c]), name, ": class ", c,
            ": its normalisation is not finite");
    largest_scale = std::max(largest_scale, std::abs(static_cast<double>(scale[c])) / static_cast<double>(pixels));
    largest_shift = std::max(largest_shift, std::abs(static_cast<double>(shift[c])));
  }
  const auto fits = [&](int bits) {
    return std::ldexp(largest_scale, bits) < 0x1p31 - 1 && std::ldexp(largest_shift, bits) < 0x1p61;
  };
  constexpr int kMostFractionBits = 60;
  int bits = kMostFractionBits;
  while (bits >= 0 && !fits(bits)) --bits;
  require(bits >= 0, name, ": scales up to ", largest_scale, " and shifts up to ", largest_shift,
          " fit no fixed point");
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
  const auto code = [&](std::int64_t v) {  // (I16)
    const float x = static_cast<float>(falling ? -v : v) * channel.unit;
    return static_cast<int>(kernels::qrelu_code(std::fma(x, channel.scale, channel.shift), channel.bits));
  };
  const std::int64_t low = falling ? -channel.high : channel.low, end = (falling ? -channel.low : channel.high) + 1;
  std::int64_t least = low;  // (I17); the levels ascend
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

namespace {

/// Visits a network's nodes in their order and adds what each becomes. The levels come last: the proof of the sums
/// says between which integers they lie.
class Lowering {
 public:
  Lowering(const Graph<float>& network, std::uint64_t seed, const LoweringOptions& options)
      : nodes_(network.nodes()),
        result_{.height = options.height,
                .width = options.width,
                .bits = 0,
                .seed = seed,
                .layers = {},
                .head = {},
                .class_names = options.class_names} {
    const auto pools = std::count_if(nodes_.begin(), nodes_.end(), [](const Node<float>& node) {
      return std::holds_alternative<MaxPool>(node.kind);
    });
    const Index multiple = Index{1} << pools;
    require(options.height >= multiple && options.width >= multiple && options.height % multiple == 0 &&
                options.width % multiple == 0,
            "lower: pictures of ", options.height, " x ", options.width, " pixels, expected multiples of ", multiple);
    pixels_ = (options.height / multiple) * (options.width / multiple);
  }

  ProvenNetwork run() {
    for (; next_ < nodes_.size(); ++next_) {
      const Node<float>& node = nodes_[next_];
      require(node.inputs == std::vector<int>{static_cast<int>(next_) - 1}, "lower: ", node.name,
              ": expected a node that is fed by the one before it, and by no other");
      std::visit([&](const auto& kind) { add(node.name, kind); }, node.kind);
    }
    require(has_head_, "lower: expected a network that ends in a convolution and its global average");
    const int bits = result_.bits;
    return prove(std::move(result_), [this, bits](const std::string& layer, const SumRange& sums) {
      return thresholds_of(normalised_.at(layer), sums, bits);
    });
  }

 private:
  void add(const std::string& name, const ConvBlock<float>& block) {
    if (next_ == 0) {
      take_bits(name, block.following().bits);
      result_.layers.emplace_back(lower_conv(name, block));
      normalised_[name] = {.norm = &block.norm(), .unit = static_cast<float>(kPixelUnit)};
      return;
    }
    const bool last = next_ + 2 == nodes_.size() && std::holds_alternative<GlobalAveragePool>(nodes_.back().kind);
    require(last && block.following().bits == 0, "lower: ", name,
            ": a convolution of codes has no integer form but the last one before a global average");
    result_.head = lower_head(name, block, pixels_);
    has_head_ = true;
  }
  void add(const std::string& name, const CflogBlock<float>& block) {
    take_bits(name, block.bits());
    result_.layers.emplace_back(lowered(name, block));
  }
  void add(const std::string& name, const Mrb<float>& mrb) {
    take_bits(name, mrb.a().bits());
    result_.layers.emplace_back(
        IntegerMrb{.name = name, .a = lowered(name + ".a", mrb.a()), .b = lowered(name + ".b", mrb.b())});
  }
  void add(const std::string& name, const MaxPool& /*pool*/) { result_.layers.emplace_back(IntegerPool{.name = name}); }
  void add(const std::string& name, const GlobalAveragePool& /*pool*/) {
    require(has_head_ && next_ + 1 == nodes_.size(), "lower: ", name,
            ": a global average has an integer form only behind the last convolution");
  }
  void add(const std::string& name, const ResidualSum<float>& /*sum*/) { refuse(name, "a sum of normalised maps"); }
  void add(const std::string& name, const PaddedShortcut& /*way*/) { refuse(name, "a shortcut of zero maps"); }
  void add(const std::string& name, const Concatenation& /*maps*/) { refuse(name, "a concatenation"); }
  void add(const std::string& name, const BinaryBlock<float>& /*block*/) { refuse(name, "a sum of scaled signs"); }
  void add(const std::string& name, const Linear<float>& /*layer*/) { refuse(name, "a fully connected layer"); }

  IntegerCflog lowered(const std::string& name, const CflogBlock<float>& block) {
    normalised_[name] = {.norm = &block.norm(), .unit = 1.0F};
    return lower_cflog(name, block, result_.seed);
  }
  [[noreturn]] static void refuse(const std::string& name, const char* what) {
    throw std::invalid_argument(concat("lower: ", name, ": ", what, " has no integer form"));
  }
  /// All codes of an integer network have as many bits.
  void take_bits(const std::string& name, int bits) {
    if (result_.bits == 0) result_.bits = bits;
    require(bits == result_.bits, "lower: ", name, ": codes of ", bits, " bits, expected ", result_.bits);
  }

  const std::vector<Node<float>>& nodes_;
  IntegerNetwork result_;
  std::map<std::string, Normalised> normalised_;  // by the layer's name
  std::size_t next_ = 0;
  Index pixels_ = 0;  // of the head's maps
  bool has_head_ = false;
};

}  // namespace

ProvenNetwork lower(const Graph<float>& network, std::uint64_t seed, const LoweringOptions& options) {
  const FloatEnvironment standard;
  ProvenNetwork result = Lowering(network, seed, options).run();
  // The trained network takes TGAP's decision from a quotient of floats, which is exact below 2^24.
  require(result->top_code() * options.height * options.width < Index{1} << 24, "lower: maps of ", options.height,
          " x ", options.width, " codes sum to more than the trained network's floats hold");
  return result;
}

}  // namespace mog
