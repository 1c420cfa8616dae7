// The walk over an integer network that all dialects share.
#include "deploy/onnx/dialect.hpp"

#include <utility>

namespace mog::onnx {
namespace {

/// One picture on its way; docs/integers.md has the equations.
class Walk {
 public:
  Walk(const IntegerNetwork& network, const std::vector<SumRange>& ranges, Graph& graph, Dialect& dialect)
      : network_(network),
        range_(ranges.begin()),
        graph_(graph),
        dialect_(dialect),
        codes_(dialect.pixels()),
        height_(network.height),
        width_(network.width) {}

  void operator()(const IntegerConv& conv) {
    const auto weights = unpack_weights(conv.weight);
    const Kernel kernel = rising(conv3x3_kernel(weights, 1, conv.in, conv.out), conv.thresholds.falling);
    const std::string name = identifier(conv.name);
    codes_ =
        dialect_.activate(name, dialect_.convolve(name, codes_, kernel), rising_levels(conv.thresholds, *range_++));
    tell(conv.out);
  }

  void operator()(const IntegerCflog& cflog) { codes_ = run(cflog, codes_); }

  void operator()(const IntegerMrb& mrb) {
    const std::string name = identifier(mrb.name), x = codes_;
    const std::string i1 = run(mrb.b, run(mrb.a, x));
    const std::string s = dialect_.decide(name, x, height_ * width_);
    const std::string i0 = dialect_.halve(name, x, i1);
    codes_ = dialect_.select(name, s, i1, i0);
    tell(mrb.b.out);
  }

  /// (I13)
  void operator()(const IntegerPool& pool) {
    codes_ = graph_.node("MaxPool", identifier(pool.name), {codes_},
                         {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}, {"pads", Axes{0, 0, 0, 0}}});
    height_ /= 2;
    width_ /= 2;
    tell(channels_);
  }

  /// (I14)
  std::vector<std::string> finish() {
    const IntegerHead& head = network_.head;
    const std::string name = identifier(head.name);
    const Kernel kernel = pointwise_kernel(unpack_weights(head.weight), head.in, head.classes);
    note(name, *range_);
    const std::string sums = dialect_.convolve(name, codes_, kernel);
    dialect_.answer(graph_.node("ReduceSum", name + "_sums", {sums}, {{"axes", Axes{2, 3}}, {"keepdims", Index{0}}}));
    return std::move(not_proved_);
  }

 private:
  std::string run(const IntegerCflog& cflog, const std::string& x) {
    const std::string name = identifier(cflog.name);
    const Index m = cflog.latent();
    note(name + "_squeeze", *range_++);
    note(name + "_group", *range_++);
    const SumRange& sums = *range_++;
    const std::string squeezed =
        dialect_.convolve(name + "_squeeze", x, pointwise_kernel(unpack_weights(cflog.squeeze), cflog.in, m));
    const std::string grouped =
        dialect_.convolve(name + "_group", squeezed, conv3x3_kernel(unpack_weights(cflog.group), cflog.groups, m, m));
    const auto generated = automaton_weights(network_.seed, cflog.automaton, m, cflog.out);
    const Kernel expand = rising(pointwise_kernel(generated, m, cflog.out), cflog.thresholds.falling);
    const std::string expanded =
        dialect_.convolve(name + "_expand", grouped, expand, cut(name + "_expand", cflog, sums));
    std::string codes = dialect_.activate(name, expanded, rising_levels(cflog.thresholds, sums));
    dialect_.tell(codes, cflog.out, height_, width_);
    channels_ = cflog.out;
    return codes;
  }

  /// Where an expansion is cut into two that float32 holds: in the middle, if anywhere.
  std::optional<Index> cut(const std::string& name, const IntegerCflog& cflog, const SumRange& sums) {
    if (sums.any_order < kExactFloats) return {};
    const Index m = cflog.latent(), middle = m / 2, top = network_.top_code();
    if (latent_magnitude(cflog, top, 0, middle) < kExactFloats &&
        latent_magnitude(cflog, top, middle, m) < kExactFloats) {
      return middle;
    }
    not_proved_.push_back(name);
    return {};
  }

  void note(const std::string& name, const SumRange& sums) {
    if (sums.any_order >= kExactFloats) not_proved_.push_back(name);
  }

  void tell(Index channels) {
    channels_ = channels;
    dialect_.tell(codes_, channels, height_, width_);
  }

  const IntegerNetwork& network_;
  std::vector<SumRange>::const_iterator range_;
  Graph& graph_;
  Dialect& dialect_;
  std::string codes_;
  Index height_, width_, channels_ = 3;
  std::vector<std::string> not_proved_;
};

}  // namespace

RisingLevels rising_levels(const Thresholds& thresholds, const SumRange& sums) {
  const Index channels = static_cast<Index>(thresholds.falling.size());
  RisingLevels rising{.channels = channels,
                      .each = static_cast<Index>(thresholds.levels.size()) / channels,
                      .levels = thresholds.levels,
                      .sums = sums.channels};
  for (Index c = 0; c < channels; ++c) {
    if (thresholds.falling[to_size(c)] == 0) continue;
    Interval& range = rising.sums[to_size(c)];
    range = {-range.high, -range.low};
  }
  return rising;
}

Attributes Dialect::conv_attributes(const Kernel& kernel) {
  const Index border = kernel.side / 2;
  return {{"dilations", Axes{1, 1}},
          {"group", kernel.groups},
          {"kernel_shape", Axes{kernel.side, kernel.side}},
          {"pads", Axes{border, border, border, border}},
          {"strides", Axes{1, 1}}};
}

std::vector<std::string> say(const IntegerNetwork& network, const std::vector<SumRange>& ranges, Graph& graph,
                             Dialect& dialect) {
  Walk walk(network, ranges, graph, dialect);
  for (const IntegerLayer& layer : network.layers) std::visit(walk, layer);
  return walk.finish();
}

}  // namespace mog::onnx
