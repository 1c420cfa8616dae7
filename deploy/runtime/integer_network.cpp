// What an integer network must be before anything runs it.
#include "deploy/runtime/integer_network.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "deploy/runtime/ranges.hpp"

namespace mog {
namespace {

constexpr Index kMostPixelsAside = 4096, kMostChannels = 16'384, kMostClasses = 100'000;

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

/// (I21): a sum that leaves 32 bits would be another sum on each machine.
void check_range(const SumRange& range) {
  require(range.any_order < std::numeric_limits<std::int32_t>::max(), range.name, ": sums reach ", range.any_order,
          ", which 32 bits do not hold");
}

void check_map(const std::string& name, const Map& map, Index channels) {
  const Index numbers = map.height * map.width * ((channels + 3) / 4 * 4);
  require(numbers <= kMostMapNumbers, name, ": a map of ", map.height, " x ", map.width, " x ", channels,
          " numbers, expected at most ", kMostMapNumbers);
}

void check_layer(const IntegerNetwork& network, const IntegerConv& conv, Map& map) {
  require(map.channels == conv.in, conv.name, ": ", conv.in, " input channels, expected ", map.channels);
  require(conv.out >= 1 && conv.out <= kMostChannels, conv.name, ": ", conv.out, " output channels");
  check_weights(conv.name, conv.weight, WeightKind::ternary, 9 * conv.in * conv.out);
  check_thresholds(conv.name, conv.thresholds, conv.out, network.top_code());
  check_range(conv_range(conv));
  check_map(conv.name, map, 9 * conv.in);
  map.channels = conv.out;
  check_map(conv.name, map, map.channels);
}

void check_layer(const IntegerNetwork& network, const IntegerCflog& cflog, Map& map) {
  const Index m = cflog.latent();
  require(cflog.in == map.channels && cflog.in % 2 == 0, cflog.name, ": ", cflog.in, " input channels, expected ",
          map.channels, ", and an even number");
  require(cflog.out >= 1 && cflog.out <= kMostChannels, cflog.name, ": ", cflog.out, " output channels");
  require(cflog.groups >= 1 && m % cflog.groups == 0, cflog.name, ": ", cflog.groups, " groups, expected a divisor of ",
          m);
  check_weights(cflog.name + ".squeeze", cflog.squeeze, WeightKind::binary, cflog.in * m);
  check_weights(cflog.name + ".group", cflog.group, WeightKind::ternary, 9 * m * (m / cflog.groups));
  check_thresholds(cflog.name, cflog.thresholds, cflog.out, network.top_code());
  for (const SumRange& range : cflog_ranges(cflog, network.seed, network.top_code(), Proof::intervals)) {
    check_range(range);
  }
  map.channels = cflog.out;
  check_map(cflog.name, map, map.channels);
}

void check_layer(const IntegerNetwork& network, const IntegerMrb& mrb, Map& map) {
  const Index channels = map.channels;
  check_layer(network, mrb.a, map);
  check_layer(network, mrb.b, map);
  require(mrb.a.out == channels && mrb.b.out == channels, mrb.name, ": ", mrb.a.out, " and ", mrb.b.out,
          " output channels, expected ", channels, " as its input has");
  require(2 * map.height * map.width * network.top_code() <= std::numeric_limits<std::int32_t>::max(), mrb.name,
          ": the sum of a map does not fit 32 bits");
}

void check_layer(const IntegerNetwork&, const IntegerPool& pool, Map& map) {
  require(map.height % 2 == 0 && map.width % 2 == 0, pool.name, ": maps of ", map.height, " x ", map.width,
          ", expected even sizes");
  map = {map.height / 2, map.width / 2, map.channels};
}

void check_head(const IntegerNetwork& network, const Map& map) {
  const IntegerHead& head = network.head;
  require(head.in == map.channels, head.name, ": ", head.in, " input channels, expected ", map.channels);
  require(head.classes >= 2 && head.classes <= kMostClasses, head.name, ": ", head.classes, " classes");
  check_weights(head.name, head.weight, head.weight.kind, head.in * head.classes);
  require(static_cast<Index>(head.multiplier.size()) == head.classes &&
              static_cast<Index>(head.offset.size()) == head.classes,
          head.name, ": ", head.multiplier.size(), " multipliers and ", head.offset.size(), " offsets, expected ",
          head.classes);
  require(head.fraction_bits >= 0 && head.fraction_bits <= 62, head.name, ": ", head.fraction_bits,
          " bits of fraction, expected 0 to 62");
  check_map(head.name, map, head.classes);
  // Each channel's codes are added up before anything is multiplied, those of weights 0 too.
  static_assert(kMostMapNumbers / 4 * 255 <= std::numeric_limits<std::int32_t>::max());
  const SumRange range = head_range(head, network.top_code(), map.height * map.width);
  check_range(range);
  // A sum of 31 bits times a multiplier of 31 bits stays below 2^62.
  for (const std::int64_t offset : head.offset) {
    require(offset > -(std::int64_t{1} << 62) && offset < std::int64_t{1} << 62, head.name, ": offset ", offset,
            ", expected less than 2^62 in magnitude");
  }
  require(network.class_names.empty() || static_cast<Index>(network.class_names.size()) == head.classes, head.name,
          ": ", network.class_names.size(), " class names, expected ", head.classes);
}

}  // namespace

void check(const IntegerNetwork& network) {
  require(network.bits >= 1 && network.bits <= 8, "integer network: k = ", network.bits, ", expected 1 to 8");
  require(network.height >= 1 && network.width >= 1 && network.height <= kMostPixelsAside &&
              network.width <= kMostPixelsAside,
          "integer network: pictures of ", network.height, " x ", network.width, " pixels, expected 1 to ",
          kMostPixelsAside);
  require(!network.layers.empty() && std::holds_alternative<IntegerConv>(network.layers[0]),
          "integer network: the first layer is no convolution of pixels");
  Map map{network.height, network.width, 3};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    require(i == 0 || !std::holds_alternative<IntegerConv>(network.layers[i]), "integer network: layer ", i,
            " takes pixels, expected only the first to");
    std::visit([&](const auto& layer) { check_layer(network, layer, map); }, network.layers[i]);
  }
  check_head(network, map);
}

Index weight_bits(const IntegerNetwork& network) {
  Index bits = network.head.weight.bits();
  const auto add = [&bits](const IntegerCflog& cflog) { bits += cflog.squeeze.bits() + cflog.group.bits(); };
  for (const IntegerLayer& layer : network.layers) {
    if (const auto* conv = std::get_if<IntegerConv>(&layer)) bits += conv->weight.bits();
    if (const auto* cflog = std::get_if<IntegerCflog>(&layer)) add(*cflog);
    if (const auto* mrb = std::get_if<IntegerMrb>(&layer)) {
      add(mrb->a);
      add(mrb->b);
    }
  }
  return bits;
}

}  // namespace mog
