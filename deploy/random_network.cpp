// A walk over the trained kind's nodes, each with random weights and levels in place of trained ones.
#include "deploy/random_network.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/random.hpp"
#include "models/mognet.hpp"

namespace mog {
namespace {

class Draws {
 public:
  explicit Draws(const RandomNetworkOptions& options)
      : random_(options.seed, Purpose::user, 77), top_code_((Index{1} << options.bits) - 1) {}

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

  IntegerConv conv(const std::string& name, const ConvOptions& sizes) {
    constexpr double kTerms = 27 * 2 / 3.0, kPixel = 74;  // weights that are not 0, deviation of a random pixel
    return {.name = name,
            .in = sizes.in,
            .out = sizes.out,
            .weight = weights(WeightKind::ternary, 9 * sizes.in * sizes.out),
            .thresholds = thresholds(sizes.out, kPixel * std::sqrt(kTerms))};
  }

  IntegerCflog cflog(const std::string& name, const CflogOptions& sizes) {
    const Index m = sizes.in / 2, group = m / sizes.groups;
    // Each factor adds so many terms that are not 0; a code's root mean square is about half of the largest.
    const double terms = static_cast<double>(sizes.in) * 6.0 * static_cast<double>(group) * static_cast<double>(m);
    return {.name = name,
            .in = sizes.in,
            .out = sizes.out,
            .groups = sizes.groups,
            .automaton = sizes.layer,
            .squeeze = weights(WeightKind::binary, sizes.in * m),
            .group = weights(WeightKind::ternary, 9 * m * group),
            .thresholds = thresholds(sizes.out, 0.5 * static_cast<double>(top_code_) * std::sqrt(terms))};
  }

  IntegerHead head(const std::string& name, const ConvOptions& sizes) {
    const std::size_t classes = to_size(sizes.out);
    return {.name = name,
            .in = sizes.in,
            .classes = sizes.out,
            .weight = weights(WeightKind::binary, sizes.in * sizes.out),
            .multiplier = std::vector<std::int32_t>(classes, 1 << 10),
            .offset = std::vector<std::int64_t>(classes, 0),
            .fraction_bits = 20};
  }

 private:
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
  Parameters<float> parameters(options.seed);
  const Mognet<float> model(
      parameters, {.maps = options.maps, .groups = options.groups, .bits = options.bits, .classes = options.classes});
  IntegerNetwork network{.height = options.height,
                         .width = options.width,
                         .bits = options.bits,
                         .seed = options.seed,
                         .layers = {},
                         .head = {},
                         .class_names = {}};
  Draws draws(options);
  for (const Node<float>& node : model.nodes()) {
    const std::string& name = node.name;
    const auto add = [&network](auto layer) { network.layers.emplace_back(std::move(layer)); };
    const auto cflog = [&draws](const std::string& of, const CflogBlock<float>& block) {
      return draws.cflog(of, block.cflog().options());
    };
    std::visit(Overloaded{[&](const ConvBlock<float>& block) {
                            const ConvOptions& sizes = block.conv().options();
                            if (block.following().bits > 0) return add(draws.conv(name, sizes));
                            network.head = draws.head(name, sizes);
                          },
                          [&](const CflogBlock<float>& block) { add(cflog(name, block)); },
                          [&](const Mrb<float>& mrb) {
                            IntegerCflog a = cflog(name + ".a", mrb.a());
                            add(IntegerMrb{.name = name, .a = std::move(a), .b = cflog(name + ".b", mrb.b())});
                          },
                          [&](const MaxPool&) { add(IntegerPool{.name = name}); },
                          [](const auto&) {}},  // the global average is the head's
               node.kind);
  }
  return network;
}

}  // namespace mog
