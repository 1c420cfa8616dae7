// Operators of the domain qonnx.custom_op.general, as QONNX's documents define them.
#include "deploy/onnx/qonnx.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "deploy/onnx/line.hpp"

namespace mog::onnx {
namespace {

/// s is 1 from this sum of a map on, (I10) in whole numbers.
Index deciding_sum(Index top_code, Index pixels) { return top_code * pixels / 2 + 1; }

const Attributes kOverMap = {{"axes", Axes{2, 3}}, {"keepdims", Index{1}}};

}  // namespace

std::string Qonnx::pixels() {
  const std::string x = graph().input("pixels", Element::float32, {1, 3, network().height, network().width});
  graph().annotate(x, "UINT8");  // FINN rounds thresholds of whole numbers only
  return graph().node("Sub", "pixels_centred", {x, number("pixels_middle", 128)});
}

void Qonnx::answer(const std::string& sums) {
  const IntegerHead& head = network().head;
  std::vector<float> scale, offset;
  for (Index c = 0; c < head.classes; ++c) {
    scale.push_back(std::ldexp(static_cast<float>(head.multiplier[to_size(c)]), -head.fraction_bits));
    offset.push_back(static_cast<float>(std::ldexp(static_cast<double>(head.offset[to_size(c)]), -head.fraction_bits)));
  }
  graph().constant("logits_scale", {1, head.classes}, scale);
  graph().constant("logits_offset", {1, head.classes}, offset);
  graph().node("Mul", "logits_scaled", {sums, "logits_scale"});
  graph().output(graph().node("Add", "logits", {"logits_scaled", "logits_offset"}), Element::float32,
                 {1, head.classes});
}

std::string QuantNodes::quant(const std::string& name, const std::string& x, int bits, bool weights) {
  const Index is_weight = weights ? 1 : 0;
  const std::string scale = number(name + "_scale", 1), zero = number(name + "_zero", 0);
  const std::string width = number(name + "_bits", static_cast<float>(bits));
  return graph().qonnx_node("Quant", name, {x, scale, zero, width},
                            {{"narrow", is_weight}, {"rounding_mode", std::string("ROUND")}, {"signed", is_weight}});
}

std::string QuantNodes::codes(const std::string& name, const std::string& x, int bits) {
  return quant(name, graph().node("Relu", name + "_relu", {x}), bits, false);
}

/// Weights of -1 and +1 are bipolar, others ternary: signed and narrow, of 2 bits. A scale of its own for each, which
/// the tools' clean-up asks for.
std::string QuantNodes::convolve(const std::string& layer, const std::string& x, const Kernel& grouped,
                                 std::optional<Index> /*cut*/) {
  const Kernel kernel = dense(grouped);
  const std::vector<float> floats(kernel.weights.begin(), kernel.weights.end());
  const std::string stored = graph().constant(layer + "_weight_stored", kernel.shape(), floats),
                    name = layer + "_weight";
  const std::string weight = kernel.has_zeros()
                                 ? quant(name, stored, 2, true)
                                 : graph().qonnx_node("BipolarQuant", name, {stored, number(name + "_scale", 1)});
  return graph().node("Conv", layer, {x, weight}, conv_attributes(kernel));
}

std::string QuantNodes::activate(const std::string& layer, const std::string& sums, const RisingLevels& levels) {
  std::vector<float> slope, offset;
  for (Index c = 0; c < levels.channels; ++c) {
    const std::span<const std::int32_t> own =
        std::span(levels.levels).subspan(to_size(c * levels.each), to_size(levels.each));
    const auto line = widest_line(own, levels.sums[to_size(c)]);
    require(line.has_value(), "qonnx: ", layer, ": channel ", c,
            ": no line of float32 has its levels; --dialect finn writes them as they are");
    slope.push_back(line->slope);
    offset.push_back(line->offset);
  }
  const Axes shape = {levels.channels};
  const std::vector<float> zeros(slope.size(), 0.0F), ones(slope.size(), 1.0F);
  const std::string name = layer + "_norm";
  const std::string norm = graph().node(
      "BatchNormalization", name,
      {sums, graph().constant(name + "_scale", shape, slope), graph().constant(name + "_bias", shape, offset),
       graph().constant(name + "_mean", shape, zeros), graph().constant(name + "_variance", shape, ones)},
      {{"epsilon", 0.0F}});
  return codes(layer + "_activation", norm, network().bits);
}

std::string QuantNodes::decide(const std::string& layer, const std::string& x, Index pixels) {
  const auto least = static_cast<float>(deciding_sum(network().top_code(), pixels) - 1);
  graph().node("ReduceSum", layer + "_total", {x}, kOverMap);
  graph().node("Sub", layer + "_above", {layer + "_total", number(layer + "_half", least)});
  return codes(layer + "_s", layer + "_above", 1);
}

/// floor(v / 2) = round(v / 2 - 1/4): no tie for whole v. One bit: the code of a sum of two is 1 unless both are 0.
std::string QuantNodes::halve(const std::string& layer, const std::string& x, const std::string& i1) {
  std::string v = graph().node("Add", layer + "_both", {x, i1});
  if (network().bits > 1) {
    v = graph().node("Mul", layer + "_mean", {v, number(layer + "_one_half", 0.5F)});
    v = graph().node("Sub", layer + "_lower", {v, number(layer + "_quarter", 0.25F)});
  }
  return codes(layer + "_i0", v, network().bits);
}

/// FINN takes no product of two maps for a multiplication by constants. So each part is pushed down by L where it is not
/// taken, and clipped at 0: max(0, i1 + L s - L) + max(0, i0 - L s).
std::string QuantNodes::select(const std::string& layer, const std::string& s, const std::string& i1,
                               const std::string& i0) {
  const std::string top = number(layer + "_top", static_cast<float>(network().top_code()));
  graph().node("Mul", layer + "_up", {s, top});
  graph().node("Add", layer + "_i1_up", {i1, layer + "_up"});
  graph().node("Sub", layer + "_i1_down", {layer + "_i1_up", top});
  graph().node("Sub", layer + "_i0_down", {i0, layer + "_up"});
  const std::string first = codes(layer + "_i1_taken", layer + "_i1_down", network().bits);
  const std::string second = codes(layer + "_i0_taken", layer + "_i0_down", network().bits);
  return graph().node("Add", layer + "_mux", {first, second});
}

std::string MultiThresholds::pixels() {
  std::string x = Qonnx::pixels();
  graph().annotate(x, "INT8");
  return x;
}

std::string MultiThresholds::convolve(const std::string& layer, const std::string& x, const Kernel& grouped,
                                      std::optional<Index> /*cut*/) {
  const Kernel kernel = dense(grouped);
  const std::vector<float> floats(kernel.weights.begin(), kernel.weights.end());
  const std::string weight = graph().constant(layer + "_weight", kernel.shape(), floats);
  graph().annotate(weight, kernel.has_zeros() ? "TERNARY" : "BIPOLAR");
  graph().node("Conv", layer, {x, weight}, conv_attributes(kernel));
  graph().annotate(layer, "INT32");
  return layer;
}

std::string MultiThresholds::code_type() const {
  return network().bits == 1 ? "BINARY" : "UINT" + std::to_string(network().bits);
}

std::string MultiThresholds::thresholds(const std::string& name, const std::string& x, Index rows,
                                        const std::vector<float>& levels, const std::string& type) {
  const Index each = static_cast<Index>(levels.size()) / rows;
  graph().constant(name + "_thresholds", {rows, each}, levels);
  graph().annotate(name + "_thresholds", "INT32");
  return graph().qonnx_node(
      "MultiThreshold", name, {x, name + "_thresholds"},
      {{"data_layout", std::string("NCHW")}, {"out_bias", 0.0F}, {"out_dtype", type}, {"out_scale", 1.0F}});
}

/// Levels that no sum reaches, or every sum, stand at the end of what the sums can be: float32 holds them.
std::string MultiThresholds::activate(const std::string& layer, const std::string& sums, const RisingLevels& levels) {
  std::vector<float> floats;
  for (Index c = 0; c < levels.channels; ++c) {
    const Interval& range = levels.sums[to_size(c)];
    for (Index j = 0; j < levels.each; ++j) {
      floats.push_back(static_cast<float>(std::clamp(std::int64_t{levels.level(c, j)}, range.low, range.high + 1)));
    }
  }
  return thresholds(layer + "_activation", sums, levels.channels, floats, code_type());
}

std::string MultiThresholds::decide(const std::string& layer, const std::string& x, Index pixels) {
  graph().node("ReduceSum", layer + "_total", {x}, kOverMap);
  graph().annotate(layer + "_total", "UINT32");
  std::string s = thresholds(layer + "_s", layer + "_total", 1,
                             {static_cast<float>(deciding_sum(network().top_code(), pixels))}, "BINARY");
  graph().annotate(s, "BINARY");
  return s;
}

/// floor(v / 2) has reached j from v = 2 j on, an OR of bits from 1 on.
std::string MultiThresholds::halve(const std::string& layer, const std::string& x, const std::string& i1) {
  graph().node("Add", layer + "_both", {x, i1});
  std::vector<float> levels;
  for (Index j = 1; j <= network().top_code(); ++j)
    levels.push_back(static_cast<float>(network().bits == 1 ? 1 : 2 * j));
  std::string i0 = thresholds(layer + "_i0", layer + "_both", 1, levels, code_type());
  graph().annotate(i0, code_type());
  return i0;
}

/// As QuantNodes::select; max(0, v - L) has reached j from v = L + j on, max(0, v) from j.
std::string MultiThresholds::select(const std::string& layer, const std::string& s, const std::string& i1,
                                    const std::string& i0) {
  const Index top = network().top_code();
  std::vector<float> first, second;
  for (Index j = 1; j <= top; ++j) {
    first.push_back(static_cast<float>(top + j));
    second.push_back(static_cast<float>(j));
  }
  graph().node("Mul", layer + "_up", {s, number(layer + "_top", static_cast<float>(top))});
  graph().node("Add", layer + "_i1_up", {i1, layer + "_up"});
  graph().node("Sub", layer + "_i0_down", {i0, layer + "_up"});
  const std::string a = thresholds(layer + "_i1_taken", layer + "_i1_up", 1, first, code_type());
  const std::string b = thresholds(layer + "_i0_taken", layer + "_i0_down", 1, second, code_type());
  graph().annotate(a, code_type());
  graph().annotate(b, code_type());
  return graph().node("Add", layer + "_mux", {a, b});
}

void MultiThresholds::tell(const std::string& codes, Index /*channels*/, Index /*height*/, Index /*width*/) {
  graph().annotate(codes, code_type());
}

}  // namespace mog::onnx
