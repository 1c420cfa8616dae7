// Random weights and levels for MOGNET's layers.
#include "deploy/random_network.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/random.hpp"

namespace mog {
namespace {

class Builder {
 public:
  explicit Builder(const RandomNetworkOptions& options)
      : options_(options), random_(options.seed, Purpose::user, 77), top_code_((Index{1} << options.bits) - 1) {}

  PackedWeights weights(WeightKind kind, Index count) {
    std::vector<std::int8_t> all(static_cast<std::size_t>(count));
    for (auto& weight : all) {
      const int drawn = static_cast<int>(random_.below(kind == WeightKind::binary ? 2 : 3));
      weight = static_cast<std::int8_t>(kind == WeightKind::binary ? 2 * drawn - 1 : drawn - 1);
    }
    return pack_weights(kind, all);
  }

  /// Levels for sums of about this standard deviation, spread over part of it from a random first level near 0 on.
  Thresholds thresholds(Index channels, double deviation) {
    Thresholds all;
    for (Index o = 0; o < channels; ++o) {
      all.falling.push_back(o % 5 == 4 ? 1 : 0);
      const double first = deviation * random_.uniform(-0.5F, 0.2F);
      for (Index j = 0; j < top_code_; ++j) {
        const double level = first + 1.5 * deviation * static_cast<double>(j) / static_cast<double>(top_code_);
        all.levels.push_back(static_cast<std::int32_t>(std::lround(level)));
      }
    }
    return all;
  }

  IntegerConv conv() {
    constexpr double kTerms = 27 * 2 / 3.0, kPixel = 74;  // weights that are not 0, deviation of a random pixel
    return {.name = "conv",
            .in = 3,
            .out = options_.maps,
            .weight = weights(WeightKind::ternary, 27 * options_.maps),
            .thresholds = thresholds(options_.maps, kPixel * std::sqrt(kTerms))};
  }

  IntegerCflog cflog(const std::string& name, Index in, Index out, std::uint32_t automaton) {
    const Index m = in / 2, group = m / options_.groups;
    // Each factor adds so many terms that are not 0; a code's root mean square is about half of the largest.
    const double terms = static_cast<double>(in) * 6.0 * static_cast<double>(group) * static_cast<double>(m);
    return {.name = name,
            .in = in,
            .out = out,
            .groups = options_.groups,
            .automaton = automaton,
            .squeeze = weights(WeightKind::binary, in * m),
            .group = weights(WeightKind::ternary, 9 * m * group),
            .thresholds = thresholds(out, 0.5 * static_cast<double>(top_code_) * std::sqrt(terms))};
  }

  IntegerMrb mrb(const std::string& name, Index channels, std::uint32_t automaton) {
    return {.name = name,
            .a = cflog(name + ".a", channels, channels, automaton),
            .b = cflog(name + ".b", channels, channels, automaton + 1)};
  }

  IntegerHead head(Index in) {
    return {.name = "head",
            .in = in,
            .classes = options_.classes,
            .weight = weights(WeightKind::binary, in * options_.classes),
            .multiplier = std::vector<std::int32_t>(static_cast<std::size_t>(options_.classes), 1 << 10),
            .offset = std::vector<std::int64_t>(static_cast<std::size_t>(options_.classes), 0),
            .fraction_bits = 20};
  }

 private:
  const RandomNetworkOptions& options_;
  Random random_;
  Index top_code_;
};

void check_options(const RandomNetworkOptions& o) {
  constexpr Index kMostMaps = kMostChannels / 4;  // the third stage has four times as many
  require(o.maps >= 2 && o.maps % 2 == 0 && o.maps <= kMostMaps, "random network: n = ", o.maps,
          " output maps, expected an even number from 2 to ", kMostMaps);
  require(o.groups >= 1 && (o.maps / 2) % o.groups == 0, "random network: g = ", o.groups,
          " groups, expected a divisor of n / 2 = ", o.maps / 2);
  require(o.bits >= 1 && o.bits <= 8, "random network: k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2, "random network: ", o.classes, " classes, expected at least 2");
  require(o.height >= 8 && o.height % 8 == 0 && o.width >= 8 && o.width % 8 == 0, "random network: pictures of ",
          o.height, " x ", o.width, ", expected multiples of 8");
}

}  // namespace

IntegerNetwork random_network(const RandomNetworkOptions& options) {
  check_options(options);
  Builder builder(options);
  const Index n = options.maps;
  IntegerNetwork network{.height = options.height,
                         .width = options.width,
                         .bits = options.bits,
                         .seed = options.seed,
                         .layers = {},
                         .head = {},
                         .class_names = {}};
  network.layers.emplace_back(builder.conv());
  Index in = n;
  for (Index stage = 0; stage < 3; ++stage) {
    const Index out = n << stage;
    const std::string number = std::to_string(stage + 1);
    const auto automaton = static_cast<std::uint32_t>(3 * stage);
    network.layers.emplace_back(builder.cflog("cflog" + number, in, out, automaton));
    network.layers.emplace_back(builder.mrb("mrb" + number, out, automaton + 1));
    network.layers.emplace_back(IntegerPool{.name = "pool" + number});
    in = out;
  }
  network.layers.emplace_back(builder.cflog("cflog4", in, in, 9));
  network.head = builder.head(in);
  return network;
}

}  // namespace mog
