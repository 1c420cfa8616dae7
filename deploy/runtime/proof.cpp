// What an integer network must be before anything runs it, layer by layer.
#include "deploy/runtime/proof.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace mog {
namespace {

/// The map that enters the next layer.
struct Map {
  Index height, width, channels;
};

void check_weights(const std::string& name, const PackedWeights& weights, WeightKind kind, Index count) {
  require(weights.kind == kind && weights.count == count, name, ": ", weights.count, " weights of ",
          static_cast<int>(weights.kind), " bits, expected ", count, " of ", static_cast<int>(kind));
  require(static_cast<Index>(weights.bytes.size()) == packed_bytes(kind, count), name, ": ", weights.bytes.size(),
          " bytes of weights, expected ", packed_bytes(kind, count));
  const int used = static_cast<int>(weights.bits() % 8);
  require(used == 0 || weights.bytes.back() >> used == 0, name, ": the last byte's unused bits are not 0");
  if (kind != WeightKind::ternary) return;
  for (const std::uint8_t byte : weights.bytes) {
    require((byte & 0xAA & ~(byte << 1)) == 0, name, ": two bits are 10, which is no weight");
  }
}

void check_thresholds(const std::string& name, const Thresholds& thresholds, Index channels, Index levels) {
  require(static_cast<Index>(thresholds.falling.size()) == channels &&
              static_cast<Index>(thresholds.levels.size()) == channels * levels,
          name, ": ", thresholds.levels.size(), " levels of ", thresholds.falling.size(), " channels, expected ",
          levels, " for each of ", channels);
  for (Index c = 0; c < channels; ++c) {
    require(thresholds.falling[static_cast<std::size_t>(c)] <= 1, name, ": channel ", c,
            " neither rises nor falls, expected 0 or 1");
    const auto first = thresholds.levels.begin() + c * levels;
    require(std::is_sorted(first, first + levels), name, ": channel ", c, ": its levels do not ascend");
    require(*first > std::numeric_limits<std::int32_t>::min(), name, ": channel ", c, ": a level below every sum");
  }
}

void check_map(const std::string& name, const Map& map, Index channels) {
  const Index numbers = map.height * map.width * ((channels + 3) / 4 * 4);
  require(numbers <= kMostMapNumbers, name, ": a map of ", map.height, " x ", map.width, " x ", channels,
          " numbers, expected at most ", kMostMapNumbers);
}

/// Walks through the network's layers and notes the ranges of their sums.
class Prover {
 public:
  Prover(IntegerNetwork& network, const LevelMaker& make_levels)
      : network_(network), make_levels_(make_levels), map_{network.height, network.width, 3} {}

  void run() {
    require(network_.bits >= 1 && network_.bits <= 8, "integer network: k = ", network_.bits, ", expected 1 to 8");
    require(network_.height >= 1 && network_.width >= 1 && network_.height <= kMostPictureSide &&
                network_.width <= kMostPictureSide,
            "integer network: pictures of ", network_.height, " x ", network_.width, " pixels, expected 1 to ",
            kMostPictureSide);
    require(!network_.layers.empty() && std::holds_alternative<IntegerConv>(network_.layers[0]),
            "integer network: the first layer is no convolution of pixels");
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      require(i == 0 || !std::holds_alternative<IntegerConv>(network_.layers[i]), "integer network: layer ", i,
              " takes pixels, expected only the first to");
      first_.push_back(sums_.size());
      std::visit([this](auto& layer) { prove(layer); }, network_.layers[i]);
    }
    first_.push_back(sums_.size());
    prove(network_.head);
  }

  std::vector<SumRange> take_sums() { return std::move(sums_); }
  std::vector<std::size_t> take_first() { return std::move(first_); }

 private:
  void prove(IntegerConv& conv) {
    require(map_.channels == conv.in, conv.name, ": ", conv.in, " input channels, expected ", map_.channels);
    require(conv.out >= 1 && conv.out <= kMostChannels, conv.name, ": ", conv.out, " output channels");
    check_weights(conv.name, conv.weight, WeightKind::ternary, 9 * conv.in * conv.out);
    prove_sums(conv, [&] { return std::vector<SumRange>{conv_range(conv)}; });
    check_map(conv.name, map_, 9 * conv.in);
    map_.channels = conv.out;
    check_map(conv.name, map_, map_.channels);
  }

  void prove(IntegerCflog& cflog) {
    const Index m = cflog.latent();
    require(cflog.in == map_.channels && cflog.in % 2 == 0, cflog.name, ": ", cflog.in, " input channels, expected ",
            map_.channels, ", and an even number");
    require(cflog.out >= 1 && cflog.out <= kMostChannels, cflog.name, ": ", cflog.out, " output channels");
    require(cflog.groups >= 1 && m % cflog.groups == 0, cflog.name, ": ", cflog.groups,
            " groups, expected a divisor of ", m);
    check_weights(cflog.name + ".squeeze", cflog.squeeze, WeightKind::binary, cflog.in * m);
    check_weights(cflog.name + ".group", cflog.group, WeightKind::ternary, 9 * m * (m / cflog.groups));
    prove_sums(cflog, [&] { return cflog_ranges(cflog, network_.seed, network_.top_code()); });
    map_.channels = cflog.out;
    check_map(cflog.name, map_, map_.channels);
  }

  void prove(IntegerMrb& mrb) {
    const Index channels = map_.channels;
    prove(mrb.a);
    prove(mrb.b);
    require(mrb.a.out == channels && mrb.b.out == channels, mrb.name, ": ", mrb.a.out, " and ", mrb.b.out,
            " output channels, expected ", channels, " as its input has");
    require(2 * map_.height * map_.width * network_.top_code() <= std::numeric_limits<std::int32_t>::max(), mrb.name,
            ": the sum of a map does not fit 32 bits");
  }

  void prove(const IntegerPool& pool) {
    require(map_.height % 2 == 0 && map_.width % 2 == 0, pool.name, ": maps of ", map_.height, " x ", map_.width,
            ", expected even sizes");
    map_ = {map_.height / 2, map_.width / 2, map_.channels};
  }

  void prove(const IntegerHead& head) {
    require(head.in == map_.channels, head.name, ": ", head.in, " input channels, expected ", map_.channels);
    require(head.classes >= 2 && head.classes <= kMostClasses, head.name, ": ", head.classes, " classes");
    check_weights(head.name, head.weight, head.weight.kind, head.in * head.classes);
    require(static_cast<Index>(head.multiplier.size()) == head.classes &&
                static_cast<Index>(head.offset.size()) == head.classes,
            head.name, ": ", head.multiplier.size(), " multipliers and ", head.offset.size(), " offsets, expected ",
            head.classes);
    require(head.fraction_bits >= 0 && head.fraction_bits <= 62, head.name, ": ", head.fraction_bits,
            " bits of fraction, expected 0 to 62");
    check_map(head.name, map_, head.classes);
    // Each channel's codes are added up before anything is multiplied, those of weights 0 too.
    static_assert(kMostMapNumbers / 4 * 255 <= std::numeric_limits<std::int32_t>::max());
    note(head_range(head, network_.top_code(), map_.height * map_.width));
    // A sum of 31 bits times a multiplier of 31 bits stays below 2^62.
    for (const std::int64_t offset : head.offset) {
      require(offset > -(std::int64_t{1} << 62) && offset < std::int64_t{1} << 62, head.name, ": offset ", offset,
              ", expected less than 2^62 in magnitude");
    }
    const std::size_t names = network_.class_names.size();
    require(names == 0 || static_cast<Index>(names) == head.classes, head.name, ": ", names, " class names, expected ",
            head.classes);
  }

  /// The sums of a layer with levels, and these: given ones are checked before the sums, which take longer; others are
  /// made from the last sums.
  template <class Layer, class Sums>
  void prove_sums(Layer& layer, const Sums& sums) {
    if (!make_levels_) check_thresholds(layer.name, layer.thresholds, layer.out, network_.top_code());
    for (SumRange& range : sums()) note(std::move(range));
    if (!make_levels_) return;
    layer.thresholds = make_levels_(layer.name, sums_.back());
    check_thresholds(layer.name, layer.thresholds, layer.out, network_.top_code());
  }

  /// (I21): a sum that leaves 32 bits would be another sum on each machine.
  void note(SumRange range) {
    require(range.any_order < std::numeric_limits<std::int32_t>::max(), range.name, ": sums reach ", range.any_order,
            ", which 32 bits do not hold");
    sums_.push_back(std::move(range));
  }

  IntegerNetwork& network_;
  const LevelMaker& make_levels_;
  Map map_;
  std::vector<SumRange> sums_;
  std::vector<std::size_t> first_;
};

}  // namespace

ProvenNetwork prove(IntegerNetwork network, const LevelMaker& make_levels) {
  Prover prover(network, make_levels);
  prover.run();
  return {std::move(network), prover.take_sums(), prover.take_first()};
}

std::vector<SumRange> composed_sums(const ProvenNetwork& network) {
  std::vector<SumRange> all = network.sums();
  std::span<SumRange> rest = all;
  const auto next = [&rest](std::size_t count) {
    const std::span<SumRange> these = rest.first(count);
    rest = rest.subspan(count);
    return these;
  };
  const auto compose_next = [&](const IntegerCflog& cflog) {
    compose(cflog, network->seed, network->top_code(), next(kCflogSums));
  };
  for (const IntegerLayer& layer : network->layers) {
    if (std::holds_alternative<IntegerConv>(layer)) next(1);
    if (const auto* cflog = std::get_if<IntegerCflog>(&layer)) compose_next(*cflog);
    if (const auto* mrb = std::get_if<IntegerMrb>(&layer)) {
      compose_next(mrb->a);
      compose_next(mrb->b);
    }
  }
  return all;
}

}  // namespace mog
