// The integer network, layer by layer, as docs/integers.md defines it; (I1) and so on are its equations.
#include "deploy/runtime/engine.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace mog {
namespace {

using Numbers = std::vector<std::int32_t>;

/// One image's map, channels last.
struct Map {
  Index height, width, channels;
  Numbers values;

  Map(Index h, Index w, Index c) : height(h), width(w), channels(c), values(static_cast<std::size_t>(h * w * c)) {}
  [[nodiscard]] Index pixels() const { return height * width; }
  std::int32_t* at(Index pixel) { return values.data() + pixel * channels; }
  [[nodiscard]] const std::int32_t* at(Index pixel) const { return values.data() + pixel * channels; }
};

/// (I6): y[p, o] = sum_c x[p, c] weight[c, o].
Map pointwise(const Map& x, const std::vector<std::int8_t>& weights, Index out) {
  Map y(x.height, x.width, out);
  for (Index p = 0; p < x.pixels(); ++p) {
    for (Index c = 0; c < x.channels; ++c) {
      const std::int32_t value = x.at(p)[c];
      const std::int8_t* const weight = weights.data() + c * out;
      for (Index o = 0; o < out; ++o) y.at(p)[o] += value * weight[o];
    }
  }
  return y;
}

/// (I7): y[h, w, g Q + q] = sum_{r, s, i} x[h + r - 1, w + s - 1, g I + i] weight[g, r, s, i, q], 0 outside the map.
Map conv3x3(const Map& x, const std::vector<std::int8_t>& weights, Index groups, Index out) {
  Map y(x.height, x.width, out);
  const Index inputs = x.channels / groups, outputs = out / groups;
  for (Index h = 0; h < x.height; ++h) {
    for (Index w = 0; w < x.width; ++w) {
      for (Index tap = 0; tap < 9; ++tap) {
        const Index from_h = h + tap / 3 - 1, from_w = w + tap % 3 - 1;
        if (from_h < 0 || from_h >= x.height || from_w < 0 || from_w >= x.width) continue;
        for (Index c = 0; c < x.channels; ++c) {
          const Index g = c / inputs, i = c % inputs;
          const std::int32_t value = x.at(from_h * x.width + from_w)[c];
          const std::int8_t* const weight = weights.data() + ((g * 9 + tap) * inputs + i) * outputs;
          std::int32_t* const sums = y.at(h * x.width + w) + g * outputs;
          for (Index q = 0; q < outputs; ++q) sums[q] += value * weight[q];
        }
      }
    }
  }
  return y;
}

/// (I8), the code of each sum: how many of its channel's levels it has reached.
Map activate(const Map& sums, const Thresholds& thresholds) {
  Map codes(sums.height, sums.width, sums.channels);
  const Index levels = static_cast<Index>(thresholds.levels.size()) / sums.channels;
  for (Index p = 0; p < sums.pixels(); ++p) {
    for (Index o = 0; o < sums.channels; ++o) {
      const std::int32_t sum = sums.at(p)[o];
      const std::int32_t value = thresholds.falling[static_cast<std::size_t>(o)] != 0 ? -sum : sum;
      const std::int32_t* const level = thresholds.levels.data() + o * levels;
      codes.at(p)[o] = static_cast<std::int32_t>(
          std::count_if(level, level + levels, [value](std::int32_t least) { return value >= least; }));
    }
  }
  return codes;
}

/// One image on its way: its pixels by (I1), then layer by layer.
class Walk {
  using Kind = IntegerMap::Kind;

 public:
  Walk(const IntegerNetwork& network, const MapObserver& observer, std::span<const std::uint8_t> pixels)
      : network_(network), observer_(observer), map_(network.height, network.width, 3) {
    std::transform(pixels.begin(), pixels.end(), map_.values.begin(), [](std::uint8_t pixel) { return pixel - 128; });
  }

  void operator()(const IntegerConv& conv) {
    const Map sums = conv3x3(map_, unpack_weights(conv.weight), 1, conv.out);
    tell(conv.name, sums, Kind::sums, kPixelUnit);
    map_ = activate(sums, conv.thresholds);
    tell(conv.name + ".activation", map_, Kind::codes);
  }

  void operator()(const IntegerCflog& cflog) { map_ = run(cflog, map_); }

  /// (I10), (I11), (I12).
  void operator()(const IntegerMrb& mrb) {
    const Map x = map_;
    const Map i1 = run(mrb.b, run(mrb.a, x));
    for (Index c = 0; c < x.channels; ++c) {
      std::int32_t sum = 0;
      for (Index p = 0; p < x.pixels(); ++p) sum += x.at(p)[c];
      const bool s = 2 * sum > network_.top_code() * x.pixels();
      for (Index p = 0; p < x.pixels(); ++p) {
        const std::int32_t a = x.at(p)[c], b = i1.at(p)[c];
        const std::int32_t i0 = network_.bits == 1 ? a | b : (a + b) / 2;
        map_.at(p)[c] = s ? b : i0;
      }
    }
    tell(mrb.name + ".mux", map_, Kind::codes);
  }

  /// (I13).
  void operator()(const IntegerPool& pool) {
    Map y(map_.height / 2, map_.width / 2, map_.channels);
    for (Index p = 0; p < map_.pixels(); ++p) {
      std::int32_t* const largest = y.at(p / map_.width / 2 * y.width + p % map_.width / 2);
      for (Index c = 0; c < map_.channels; ++c) largest[c] = std::max(largest[c], map_.at(p)[c]);
    }
    map_ = std::move(y);
    tell(pool.name, map_, Kind::codes);
  }

  /// (I14).
  void finish(std::span<std::int64_t> class_sums) const {
    const IntegerHead& head = network_.head;
    const Map sums = pointwise(map_, unpack_weights(head.weight), head.classes);
    tell(head.name, sums, Kind::sums);
    for (Index c = 0; c < head.classes; ++c) {
      std::int64_t sum = 0;
      for (Index p = 0; p < sums.pixels(); ++p) sum += sums.at(p)[c];
      const auto i = static_cast<std::size_t>(c);
      class_sums[i] = head.multiplier[i] * sum + head.offset[i];
    }
  }

 private:
  [[nodiscard]] Map run(const IntegerCflog& cflog, const Map& x) const {
    const Map squeezed = pointwise(x, unpack_weights(cflog.squeeze), cflog.latent());
    tell(cflog.name + ".squeeze", squeezed, Kind::sums);
    const Map grouped = conv3x3(squeezed, unpack_weights(cflog.group), cflog.groups, cflog.latent());
    tell(cflog.name + ".group", grouped, Kind::latents);
    const auto generated = automaton_weights(network_.seed, cflog.automaton, cflog.latent(), cflog.out);
    const Map expanded = pointwise(grouped, generated, cflog.out);
    tell(cflog.name + ".expand", expanded, Kind::sums);
    Map codes = activate(expanded, cflog.thresholds);
    tell(cflog.name + ".activation", codes, Kind::codes);
    return codes;
  }

  void tell(const std::string& name, const Map& map, Kind kind, double unit = 1) const {
    if (!observer_) return;
    observer_({.name = name,
               .height = map.height,
               .width = map.width,
               .channels = map.channels,
               .values = map.values,
               .kind = kind,
               .unit = unit});
  }

  const IntegerNetwork& network_;
  const MapObserver& observer_;
  Map map_;
};

}  // namespace

void run_reference(const IntegerNetwork& network, std::span<const std::uint8_t> pixels,
                   std::span<std::int64_t> class_sums, const MapObserver& observer) {
  require(static_cast<Index>(pixels.size()) == network.height * network.width * 3, "integer network: ", pixels.size(),
          " bytes of pixels, expected ", network.height * network.width * 3);
  require(static_cast<Index>(class_sums.size()) == network.head.classes, "integer network: room for ",
          class_sums.size(), " class sums, expected ", network.head.classes);
  Walk walk(network, observer, pixels);
  for (const IntegerLayer& layer : network.layers) std::visit(walk, layer);
  walk.finish(class_sums);
}

Index best_class(std::span<const std::int64_t> class_sums) {
  return std::max_element(class_sums.begin(), class_sums.end()) - class_sums.begin();
}

}  // namespace mog
